-- Parked gradings may be tried again: those who were told system_error then
-- get the verdict.  docs/OPERATIONS.md, "Parked gradings".

-- why a grader gave it up the last time, as its log says it; null: it never
-- said (it died, or its host did)
ALTER TABLE gradings ADD COLUMN trouble text
  CHECK (octet_length(trouble) <= 64);
COMMENT ON TABLE gradings IS
  'what was computed, for whoever sent that code; done ones never change';

-- whoever has no verdict on the program yet: in place of submissions_grading,
-- which knew the pending ones only
CREATE INDEX submissions_unjudged ON submissions (grading_id)
  WHERE status = 'pending' OR verdict = 'system_error';
DROP INDEX submissions_grading;

-- Give every submission that waits for a finished grading its verdict; then
-- the scores, users in order, so that two stores cannot deadlock.  One row for
-- each submission.  Those wait that are pending, and those that were told
-- system_error by the same grading before it was tried again: these stay
-- graded all the time, so they lock nobody out, and are told once, when there
-- is something else to tell.
-- graderd's store calls it, and the janitor for submissions that any accident
-- left behind.
CREATE OR REPLACE FUNCTION settle(p_grading bigint)
RETURNS TABLE (user_id uuid, submission_id bigint, points double precision,
               total_points double precision)
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  v_row record;
BEGIN
  -- A store holds the row already.  The janitor does not: a retry, and the
  -- verdict that comes of it, must wait until the old one is told.
  PERFORM FROM gradings WHERE id = p_grading FOR SHARE;
  FOR v_row IN
    WITH told AS (
      UPDATE submissions s
         SET status = 'graded', graded_at = clock_timestamp(),
             verdict = g.verdict,
             points = worth(v.points, g.score, s.late_factor)
        FROM gradings g JOIN assignment_versions v ON v.id = g.version_id
       WHERE s.grading_id = p_grading
         AND (s.status = 'pending' OR s.verdict = 'system_error')
         AND g.id = p_grading AND g.state IN ('done', 'parked')
         AND (s.status = 'pending' OR g.verdict <> 'system_error')
      RETURNING s.id, s.user_id, s.assignment_id, s.points)
    SELECT * FROM told ORDER BY told.user_id
  LOOP
    PERFORM recompute_score(v_row.user_id, v_row.assignment_id);
    RETURN QUERY
      SELECT v_row.user_id, v_row.id, v_row.points,
             (SELECT coalesce(sum(c.points), 0) FROM course_scores c
               WHERE c.user_id = v_row.user_id);
  END LOOP;
END
$$;
