-- Users, courses, assignments, gradings, submissions, scores.
-- Sizes here equal the arrays of core/*.h.  Every clock is the database's.

CREATE TABLE users (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name          text UNIQUE CHECK (octet_length(name) BETWEEN 1 AND 64),
  external_id   text UNIQUE CHECK (octet_length(external_id) BETWEEN 1 AND 128),
  password_hash text CHECK (octet_length(password_hash) <= 128),
  is_admin      boolean NOT NULL DEFAULT false,
  merged_into   uuid REFERENCES users,
  created_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE users IS 'who: the id is an identity, never a secret';
CREATE INDEX users_merged ON users (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE tokens (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hash       bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
  user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  kind       text NOT NULL CHECK (kind IN ('session', 'api')),
  scope      text NOT NULL DEFAULT 'teach'
             CHECK (scope IN ('read', 'submit', 'teach')),
  label      text NOT NULL DEFAULT '' CHECK (octet_length(label) <= 64),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
COMMENT ON TABLE tokens IS
  'sessions and API tokens: BLAKE2b-256 of 32 random bytes, never the bytes';
CREATE INDEX tokens_user ON tokens (user_id);
CREATE INDEX tokens_expiry ON tokens (expires_at);

CREATE TABLE courses (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug         text NOT NULL UNIQUE
               CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  title        text NOT NULL CHECK (octet_length(title) BETWEEN 1 AND 200),
  visibility   text NOT NULL DEFAULT 'public'
               CHECK (visibility IN ('public', 'enrolled')),
  timezone     text NOT NULL DEFAULT 'UTC' CHECK (octet_length(timezone) <= 64),
  scores_shown text NOT NULL DEFAULT 'off'
               CHECK (scores_shown IN ('off', 'pseudonyms', 'names')),
  created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE memberships (
  course_id bigint NOT NULL REFERENCES courses ON DELETE CASCADE,
  user_id   uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  role      text NOT NULL CHECK (role IN ('learner', 'assistant', 'teacher')),
  PRIMARY KEY (user_id, course_id)
);
CREATE INDEX memberships_course ON memberships (course_id, role);

CREATE TABLE assignments (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  course_id       bigint NOT NULL REFERENCES courses,
  -- reserved: the words that follow an assignment, or stand for one, in a URL
  slug            text NOT NULL
                  CHECK (slug ~ '^[a-z][a-z0-9-]{0,62}$' AND slug NOT IN
                    ('next', 'submissions', 'files', 'versions', 'regrade',
                     'export')),
  position        integer NOT NULL,
  published       boolean NOT NULL DEFAULT false,
  current_version bigint,
  opens_at        timestamptz,
  due_at          timestamptz,
  -- after due_at: grace, then a factor lost per begun day, 0 at the end
  late_grace      interval NOT NULL DEFAULT '0',
  late_per_day    double precision
                  CHECK (late_per_day > 0 AND late_per_day <= 1),
  UNIQUE (course_id, slug)
);
CREATE INDEX assignments_order ON assignments (course_id, position, id)
  WHERE published;

CREATE TABLE assignment_versions (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  assignment_id bigint NOT NULL REFERENCES assignments,
  number        integer NOT NULL,
  title         text NOT NULL CHECK (octet_length(title) BETWEEN 1 AND 200),
  handout       text NOT NULL,
  handout_html  text NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('io', 'unittest')),
  languages     text[] NOT NULL CHECK (cardinality(languages) > 0),
  points        double precision NOT NULL DEFAULT 100
                CHECK (points >= 0 AND points <= 100000),
  -- {time_limit_ms, memory_limit_kb, output_limit_kb}
  limits        jsonb NOT NULL,
  -- {language: starter code}
  starter       jsonb NOT NULL DEFAULT '{}',
  -- [{name, input, output}]: what a student may see
  samples       jsonb NOT NULL DEFAULT '[]',
  tests_total   integer NOT NULL CHECK (tests_total > 0),
  -- the package as it was published: hidden tests, so graders only
  package       bytea NOT NULL,
  package_hash  bytea NOT NULL CHECK (octet_length(package_hash) = 32),
  created_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (assignment_id, number)
);
ALTER TABLE assignment_versions ALTER COLUMN package SET STORAGE EXTERNAL;
ALTER TABLE assignments ADD FOREIGN KEY (current_version)
  REFERENCES assignment_versions;

-- pictures and data of the handout
CREATE TABLE assignment_files (
  version_id bigint NOT NULL REFERENCES assignment_versions ON DELETE CASCADE,
  name       text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 128),
  data       bytea NOT NULL,
  PRIMARY KEY (version_id, name)
);

CREATE TABLE runtimes (
  language   text NOT NULL CHECK (octet_length(language) BETWEEN 1 AND 32),
  build      text NOT NULL CHECK (octet_length(build) BETWEEN 1 AND 128),
  first_seen timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (language, build)
);
COMMENT ON TABLE runtimes IS 'what each graderd found, refreshed while it runs';

CREATE TABLE gradings (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version_id  bigint NOT NULL REFERENCES assignment_versions,
  language    text NOT NULL CHECK (octet_length(language) BETWEEN 1 AND 32),
  code_hash   bytea NOT NULL CHECK (octet_length(code_hash) = 32),
  code        text NOT NULL,
  build       text NOT NULL,
  purpose     text NOT NULL DEFAULT 'live'
              CHECK (purpose IN ('live', 'selftest', 'regrade')),
  state       text NOT NULL DEFAULT 'queued'
              CHECK (state IN ('queued', 'running', 'done', 'parked')),
  reusable    boolean NOT NULL DEFAULT true,
  fence       integer NOT NULL DEFAULT 0,
  crashes     integer NOT NULL DEFAULT 0,
  lease_until timestamptz,
  supersedes  bigint REFERENCES gradings,
  queued_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at  timestamptz,
  finished_at timestamptz,
  verdict     text CHECK (verdict IN ('accepted', 'wrong_answer', 'time_limit',
                'memory_limit', 'output_limit', 'runtime_error',
                'compile_error', 'system_error')),
  score       double precision CHECK (score >= 0 AND score <= 1),
  time_ms     integer,
  memory_kb   integer,
  report      jsonb,
  CHECK ((state IN ('done', 'parked')) = (verdict IS NOT NULL)),
  CHECK ((state = 'running') = (lease_until IS NOT NULL))
);
COMMENT ON TABLE gradings IS
  'what was computed, for whoever sent that code; finished ones never change';
-- single flight: a hundred identical programs are one run
CREATE UNIQUE INDEX gradings_reuse
  ON gradings (version_id, language, code_hash, build) WHERE reusable;
CREATE INDEX gradings_queued ON gradings (queued_at) WHERE state = 'queued';
CREATE INDEX gradings_running ON gradings (lease_until) WHERE state = 'running';
CREATE INDEX gradings_parked ON gradings (id) WHERE state = 'parked';

CREATE TABLE submissions (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id       uuid NOT NULL REFERENCES users,
  assignment_id bigint NOT NULL REFERENCES assignments,
  grading_id    bigint NOT NULL REFERENCES gradings,
  status        text NOT NULL CHECK (status IN
                  ('pending', 'graded', 'replaced')),
  submitted_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  graded_at     timestamptz,
  late_by       interval NOT NULL DEFAULT '0',
  late_factor   double precision NOT NULL DEFAULT 1
                CHECK (late_factor >= 0 AND late_factor <= 1),
  verdict       text,
  points        double precision,
  CHECK ((status = 'graded') = (verdict IS NOT NULL AND points IS NOT NULL))
);
COMMENT ON TABLE submissions IS 'who handed in what, when, and what it earned';
-- one in grading per user, without a race
CREATE UNIQUE INDEX submissions_pending ON submissions (user_id)
  WHERE status = 'pending';
CREATE INDEX submissions_grading ON submissions (grading_id)
  WHERE status = 'pending';
CREATE INDEX submissions_history ON submissions (user_id, id);
CREATE INDEX submissions_tries ON submissions (user_id, assignment_id, id);
CREATE INDEX submissions_class ON submissions (assignment_id, id);

CREATE TABLE idempotency_keys (
  user_id       uuid NOT NULL REFERENCES users ON DELETE CASCADE,
  key           text NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 128),
  body_hash     bytea NOT NULL,
  submission_id bigint NOT NULL REFERENCES submissions,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE scores (
  user_id       uuid NOT NULL REFERENCES users,
  assignment_id bigint NOT NULL REFERENCES assignments,
  points        double precision NOT NULL DEFAULT 0,
  solved_at     timestamptz,
  PRIMARY KEY (user_id, assignment_id)
);
COMMENT ON TABLE scores IS 'recomputed from submissions, never incremented';

CREATE TABLE course_scores (
  -- what pages and pseudonyms are made of: a user's id is shown to nobody else
  id        bigint GENERATED ALWAYS AS IDENTITY,
  user_id   uuid NOT NULL REFERENCES users,
  course_id bigint NOT NULL REFERENCES courses,
  points    double precision NOT NULL DEFAULT 0,
  solved    integer NOT NULL DEFAULT 0,
  PRIMARY KEY (user_id, course_id)
);
CREATE INDEX course_scores_rank
  ON course_scores (course_id, points DESC, id);
