-- Who may do what.  test/api checks that each refusal really refuses.

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO assay_web, assay_grader, assay_hand_in;

-- the handlers: no write on submissions, gradings or scores, no package
GRANT SELECT ON schema_migrations, courses, memberships, assignments,
  assignment_files, runtimes, gradings, submissions, scores, course_scores
  TO assay_web;
GRANT SELECT (id, assignment_id, number, title, handout, handout_html, kind,
  languages, points, limits, starter, samples, tests_total, package_hash,
  created_at) ON assignment_versions TO assay_web;
GRANT SELECT, INSERT (name, external_id, password_hash),
  UPDATE (name, external_id, password_hash, merged_into) ON users TO assay_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON tokens, memberships TO assay_web;
GRANT EXECUTE ON FUNCTION current_build(text) TO assay_web;

-- graderd: no tokens, no passwords
GRANT SELECT ON schema_migrations, courses, assignments, assignment_versions,
  runtimes, gradings, submissions, scores, course_scores TO assay_grader;
GRANT INSERT, UPDATE, DELETE ON runtimes TO assay_grader;
GRANT UPDATE ON gradings, submissions TO assay_grader;
GRANT INSERT, UPDATE ON scores, course_scores TO assay_grader;
GRANT SELECT (created_at), DELETE ON idempotency_keys TO assay_grader;
GRANT EXECUTE ON FUNCTION
  store_verdict(bigint, integer, text, double precision, integer, integer, jsonb),
  settle(bigint), park(bigint, integer), recompute_score(uuid, bigint),
  worth(double precision, double precision, double precision),
  current_build(text)
  TO assay_grader;

-- hand_in runs with the rights of its own owner, and nothing else has them
GRANT SELECT ON courses, memberships, assignments, assignment_versions,
  runtimes TO assay_hand_in;
GRANT SELECT, INSERT ON gradings, submissions TO assay_hand_in;
GRANT UPDATE (reusable) ON gradings TO assay_hand_in; -- FOR SHARE asks for it
GRANT SELECT, INSERT, UPDATE ON scores, course_scores, idempotency_keys
  TO assay_hand_in;
GRANT EXECUTE ON FUNCTION current_build(text), recompute_score(uuid, bigint),
  worth(double precision, double precision, double precision),
  late_rule(assignments, timestamptz) TO assay_hand_in;
GRANT CREATE ON SCHEMA public TO assay_hand_in;
ALTER FUNCTION hand_in(uuid, bigint, text, text, text, bytea)
  OWNER TO assay_hand_in;
REVOKE CREATE ON SCHEMA public FROM assay_hand_in;
GRANT EXECUTE ON FUNCTION hand_in(uuid, bigint, text, text, text, bytea)
  TO assay_web;
