-- Turns in the queue: classes, one's own new program in the place of the old
-- one, and how long the wait will be.

-- In the order in which graders read: what named users handed in, what
-- anonymous ones did, and self-tests and regrades.
CREATE TYPE queue_class AS ENUM ('live', 'guest', 'bulk');

ALTER TABLE gradings
  ADD COLUMN class queue_class NOT NULL DEFAULT 'live',
  ADD COLUMN follows bigint REFERENCES gradings,
  DROP CONSTRAINT gradings_state_check,
  ADD CONSTRAINT gradings_state_check CHECK (state IN
    ('queued', 'running', 'done', 'parked', 'withdrawn')),
  ADD CONSTRAINT gradings_class_check
    CHECK ((purpose = 'live') = (class <> 'bulk'));
COMMENT ON COLUMN gradings.class IS
  'the best class of those who wait for it';
COMMENT ON COLUMN gradings.follows IS
  'its turn comes with that of this grading, whose author gave it her place';

DROP INDEX gradings_queued;
CREATE INDEX gradings_queued ON gradings (class, queued_at, id)
  WHERE state = 'queued';
CREATE INDEX gradings_followers ON gradings (follows)
  WHERE state = 'queued' AND follows IS NOT NULL;
CREATE INDEX gradings_finished ON gradings (finished_at)
  WHERE finished_at IS NOT NULL;

CREATE TABLE graders (
  name    text PRIMARY KEY CHECK (octet_length(name) BETWEEN 1 AND 255),
  tokens  integer NOT NULL CHECK (tokens > 0),
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE graders IS 'every graderd, and how many gradings it runs at once';

CREATE TABLE paces (
  version_id bigint NOT NULL REFERENCES assignment_versions ON DELETE CASCADE,
  language   text NOT NULL CHECK (octet_length(language) BETWEEN 1 AND 32),
  seconds    double precision NOT NULL,
  PRIMARY KEY (version_id, language)
);
COMMENT ON TABLE paces IS
  'how long a grading takes: the mean of its last busy minute';

-- The place of a queued grading (1 is next, 1000 is that or more), and in how
-- many seconds its verdict is to be expected: NULL while no grader is up, or
-- while nothing like what is next was ever graded.  No row: it is not queued.
--
-- It is asked at every hand-in, also with thousands in the queue: so it walks the
-- index, whatever the planner thinks of a table that was empty a minute ago, and
-- takes the first hundred for a sample of what all of them are.
CREATE FUNCTION queue_place(p_grading bigint)
RETURNS TABLE (place bigint, seconds double precision)
LANGUAGE plpgsql STABLE STRICT
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
  v_mine    record;
  v_each    double precision; -- seconds
  v_running double precision;
  v_tokens  bigint;
BEGIN
  SELECT g.class, g.queued_at, p.seconds INTO v_mine
    FROM gradings g LEFT JOIN paces p USING (version_id, language)
   WHERE g.id = p_grading AND g.state = 'queued';
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT count(*) INTO place FROM (
    SELECT 1 FROM gradings q
     WHERE q.state = 'queued'
       AND (q.class, q.queued_at, q.id)
             <= (v_mine.class, v_mine.queued_at, p_grading)
     ORDER BY q.class, q.queued_at, q.id LIMIT 1000) x;
  SELECT avg(p.seconds) INTO v_each FROM (
    SELECT q.version_id, q.language FROM gradings q
     WHERE q.state = 'queued'
       AND (q.class, q.queued_at, q.id)
             <= (v_mine.class, v_mine.queued_at, p_grading)
     ORDER BY q.class, q.queued_at, q.id LIMIT 100) x
    JOIN paces p USING (version_id, language);
  SELECT sum(greatest(0, p.seconds - extract(
           epoch FROM clock_timestamp() - g.started_at))) INTO v_running
    FROM gradings g JOIN paces p USING (version_id, language)
   WHERE g.state = 'running';
  SELECT sum(g.tokens) INTO v_tokens FROM graders g
   WHERE g.seen_at > now() - interval '45 seconds';
  IF v_each IS NOT NULL AND v_tokens > 0 THEN
    seconds := round(greatest(v_mine.seconds, (
      place * v_each + coalesce(v_running, 0)) / v_tokens)::numeric, 1);
  END IF;
  RETURN NEXT;
END
$$;

DROP FUNCTION hand_in(uuid, bigint, text, text, text, bytea);

-- The only way to submit, in one round trip.  outcome:
--   created      accepted; status says whether it is judged already
--   replay       this Idempotency-Key made `submission_id` before
--   key_reuse    this Idempotency-Key came with another body
--   pending      refused: `submission_id` of the user is in grading
--   unknown      no such published, open assignment for this user
--   language     the assignment, or this installation, lacks the language
--   replace      p_replace is not a submission of this user
--   busy         refused: p_guest_max programs of anonymous users are queued
-- The caller commits, then rings the queue of `class` where fresh is true.
--
-- p_replace: the user's own submission that gives its place to this one while
-- it is still queued; `replaced` names it where it did.
CREATE FUNCTION hand_in(p_user uuid, p_assignment bigint, p_language text,
                        p_code text, p_key text, p_body_hash bytea,
                        p_replace bigint DEFAULT NULL,
                        p_guest_max integer DEFAULT 1000)
RETURNS TABLE (outcome text, submission_id bigint, grading_id bigint,
               status text, fresh boolean, class queue_class, replaced bigint,
               place bigint, seconds double precision)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  v_hash    bytea := sha256(convert_to(p_code, 'UTF8'));
  v_class   queue_class;
  v_a       assignments;
  v_v       record;
  v_build   text;
  v_key     record;
  v_old     record;      -- the pending submission
  v_turn    bigint;      -- its grading, where that gives its turn to ours
  v_turn_at timestamptz; -- when that was queued,
  v_follows bigint;      -- and with whose entry in the queue it comes
  v_g       record;
  v_fresh   boolean;
  v_late    record;
  v_now     timestamptz;
  v_id      bigint;
BEGIN
  -- One user's hand-ins follow each other, so that each sees what the one
  -- before it did: the same key twice, a second one, a replacement.
  PERFORM pg_advisory_xact_lock(hashtextextended(p_user::text, 0));
  v_now := clock_timestamp();

  IF p_key IS NOT NULL THEN
    SELECT k.submission_id AS id, k.body_hash = p_body_hash AS same INTO v_key
      FROM idempotency_keys k WHERE k.user_id = p_user AND k.key = p_key
       AND k.created_at > now() - interval '24 hours';
    IF FOUND THEN
      RETURN QUERY
        SELECT CASE WHEN v_key.same THEN 'replay' ELSE 'key_reuse' END,
               s.id, s.grading_id, s.status, false, NULL::queue_class,
               NULL::bigint, p.place, p.seconds
          FROM submissions s LEFT JOIN queue_place(s.grading_id) p ON true
         WHERE s.id = v_key.id;
      RETURN;
    END IF;
  END IF;

  SELECT a.* INTO v_a
    FROM assignments a JOIN courses c ON c.id = a.course_id
   WHERE a.id = p_assignment AND a.published
     AND a.current_version IS NOT NULL
     AND (a.opens_at IS NULL OR a.opens_at <= v_now)
     AND (c.visibility = 'public' OR EXISTS (
           SELECT 1 FROM memberships m
            WHERE m.user_id = p_user AND m.course_id = c.id));
  IF NOT FOUND THEN
    outcome := 'unknown';
    RETURN NEXT;
    RETURN;
  END IF;
  SELECT v.id, v.points, p_language = ANY (v.languages) AS ok INTO v_v
    FROM assignment_versions v WHERE v.id = v_a.current_version;
  v_build := current_build(p_language);
  IF NOT v_v.ok OR v_build IS NULL THEN
    outcome := 'language';
    RETURN NEXT;
    RETURN;
  END IF;
  IF p_replace IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM submissions s
        WHERE s.id = p_replace AND s.user_id = p_user) THEN
    outcome := 'replace';
    RETURN NEXT;
    RETURN;
  END IF;

  -- refuse before making a grading that nobody would own
  SELECT s.id, s.grading_id AS grading INTO v_old FROM submissions s
   WHERE s.user_id = p_user AND s.status = 'pending';
  IF FOUND AND p_replace = v_old.id THEN
    -- Both rows that this is about, in one order, so that two users who
    -- exchange programs cannot deadlock.  NO KEY, or somebody who has one of
    -- them and makes a grading that follows the other would wait for us.
    PERFORM 1 FROM gradings g
      WHERE g.id = v_old.grading
         OR (g.version_id = v_v.id AND g.language = p_language
             AND g.code_hash = v_hash AND g.build = v_build AND g.reusable)
      ORDER BY g.id FOR NO KEY UPDATE;
    SELECT g.id, g.queued_at, coalesce(g.follows, g.id)
      INTO v_turn, v_turn_at, v_follows
      FROM gradings g WHERE g.id = v_old.grading AND g.state = 'queued';
    UPDATE submissions s SET status = 'replaced'
     WHERE s.id = v_old.id AND v_turn IS NOT NULL;
  END IF;
  -- Again, since we may have waited: it runs now, or it was judged meanwhile.
  SELECT s.id INTO submission_id FROM submissions s
   WHERE s.user_id = p_user AND s.status = 'pending';
  IF FOUND THEN
    outcome := 'pending';
    RETURN NEXT;
    RETURN;
  END IF;

  SELECT CASE WHEN u.name IS NULL AND u.external_id IS NULL THEN 'guest'
              ELSE 'live' END::queue_class INTO v_class
    FROM users u WHERE u.id = p_user;
  IF v_class = 'guest' AND v_turn IS NULL AND p_guest_max <= (
       SELECT count(*) FROM (
         SELECT 1 FROM gradings g WHERE g.state = 'queued'
            AND g.class = 'guest' LIMIT p_guest_max) x) THEN
    outcome := 'busy';
    RETURN NEXT;
    RETURN;
  END IF;

  -- Find or make the grading.  FOR SHARE matters: a store that committed
  -- between this and our commit would never see our submission, and it would
  -- stay pending for ever; locked out of the row, it waits for us.
  LOOP
    v_fresh := true;
    INSERT INTO gradings AS g (version_id, language, code_hash, code, build,
                               class, queued_at, follows)
      VALUES (v_v.id, p_language, v_hash, p_code, v_build, v_class,
              coalesce(v_turn_at, v_now), v_follows)
      ON CONFLICT (version_id, language, code_hash, build) WHERE reusable
      DO NOTHING
      RETURNING g.id, g.state, g.verdict, g.score, g.follows INTO v_g;
    EXIT WHEN FOUND;
    -- It may have to come earlier for our sake: then our turn is its turn.
    -- Before the weaker lock, since of two who hold that none could go on.
    UPDATE gradings g
       SET class = v_class, queued_at = coalesce(v_turn_at, v_now),
           follows = v_follows
     WHERE g.version_id = v_v.id AND g.language = p_language
       AND g.code_hash = v_hash AND g.build = v_build AND g.reusable
       AND g.state = 'queued'
       AND (g.class > v_class
            OR (g.class = v_class AND g.queued_at > v_turn_at));
    v_fresh := FOUND;
    SELECT g.id, g.state, g.verdict, g.score, g.follows INTO v_g
      FROM gradings g
     WHERE g.version_id = v_v.id AND g.language = p_language
       AND g.code_hash = v_hash AND g.build = v_build AND g.reusable
       FOR SHARE;
    EXIT WHEN FOUND; -- not: its reusable was cleared meanwhile; once more
  END LOOP;

  SELECT l.late_by, l.factor INTO v_late FROM late_rule(v_a, v_now) l;
  INSERT INTO submissions AS s (user_id, assignment_id, grading_id, status,
                                submitted_at, graded_at, late_by, late_factor,
                                verdict, points)
    SELECT p_user, p_assignment, v_g.id,
           CASE WHEN v_g.state = 'done' THEN 'graded' ELSE 'pending' END,
           v_now, CASE WHEN v_g.state = 'done' THEN v_now END,
           coalesce(v_late.late_by, '0'), v_late.factor, v_g.verdict,
           CASE WHEN v_g.state = 'done'
                THEN worth(v_v.points, v_g.score, v_late.factor) END
    RETURNING s.id INTO v_id;
  -- What nobody waits for any more is not run; its entry in the queue stays,
  -- and whoever reads it goes on to what follows it.
  UPDATE gradings g SET state = 'withdrawn', reusable = false
   WHERE g.id = v_turn AND NOT EXISTS (
     SELECT 1 FROM submissions s
      WHERE s.grading_id = g.id AND s.status = 'pending');
  IF p_key IS NOT NULL THEN
    INSERT INTO idempotency_keys AS k (user_id, key, body_hash, submission_id)
      VALUES (p_user, p_key, p_body_hash, v_id)
      ON CONFLICT (user_id, key) DO UPDATE
        SET body_hash = excluded.body_hash, created_at = now(),
            submission_id = excluded.submission_id;
  END IF;
  IF v_g.state = 'done' THEN
    PERFORM recompute_score(p_user, p_assignment);
  END IF;
  -- what follows another's entry needs none of its own
  RETURN QUERY
    SELECT 'created', v_id, v_g.id,
           CASE WHEN v_g.state = 'done' THEN 'graded' ELSE 'pending' END,
           v_fresh AND (v_turn IS NULL OR v_g.follows IS DISTINCT FROM v_follows),
           v_class, CASE WHEN v_turn IS NOT NULL THEN v_old.id END,
           p.place, p.seconds
      FROM (SELECT) one LEFT JOIN queue_place(v_g.id) p ON true;
END
$$;

REVOKE ALL ON graders, paces FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION queue_place(bigint),
  hand_in(uuid, bigint, text, text, text, bytea, bigint, integer) FROM PUBLIC;
GRANT SELECT ON graders, paces TO assay_web, assay_grader, assay_hand_in;
GRANT INSERT, UPDATE, DELETE ON graders, paces TO assay_grader;
GRANT EXECUTE ON FUNCTION queue_place(bigint) TO assay_web, assay_hand_in;

GRANT SELECT (id, name, external_id) ON users TO assay_hand_in;
GRANT UPDATE (state, class, queued_at, follows) ON gradings TO assay_hand_in;
GRANT UPDATE (status) ON submissions TO assay_hand_in;
GRANT CREATE ON SCHEMA public TO assay_hand_in;
ALTER FUNCTION hand_in(uuid, bigint, text, text, text, bytea, bigint, integer)
  OWNER TO assay_hand_in;
REVOKE CREATE ON SCHEMA public FROM assay_hand_in;
GRANT EXECUTE ON FUNCTION
  hand_in(uuid, bigint, text, text, text, bytea, bigint, integer) TO assay_web;
