-- hand_in (POST), store_verdict (graderd) and what both need.

-- How late is a submission made now, and what is it worth?
CREATE FUNCTION late_rule(a assignments, at timestamptz)
RETURNS TABLE (late_by interval, factor double precision)
LANGUAGE sql STABLE
SET search_path = public, pg_temp
AS $$
  SELECT GREATEST(at - a.due_at, '0'),
         CASE
           WHEN a.due_at IS NULL OR at <= a.due_at + a.late_grace THEN 1
           WHEN a.late_per_day IS NULL THEN 0
           ELSE GREATEST(0, 1 - a.late_per_day * ceil(
             extract(epoch FROM at - a.due_at - a.late_grace) / 86400))
         END
$$;

-- The build of a language that new gradings are for: the newest that was seen
-- within the last minute; while no grader is up, the last one known, so that
-- an outage of the graders refuses nobody.  NULL: never seen.
CREATE FUNCTION current_build(p_language text) RETURNS text
LANGUAGE sql STABLE
SET search_path = public, pg_temp
AS $$
  SELECT build FROM runtimes WHERE language = p_language
  ORDER BY seen_at > now() - interval '1 minute' DESC, first_seen DESC
  LIMIT 1
$$;

-- Recompute what a user has for one assignment, and the sum for its course.
-- The row is locked first, so two recomputations of one row follow each other
-- and the second sees what the first committed.
CREATE FUNCTION recompute_score(p_user uuid, p_assignment bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
  v_course bigint;
BEGIN
  SELECT course_id INTO v_course FROM assignments WHERE id = p_assignment;
  -- the course row is the user's lock: always taken before the assignment's
  INSERT INTO course_scores AS c (user_id, course_id)
    VALUES (p_user, v_course)
    ON CONFLICT (user_id, course_id) DO UPDATE SET points = c.points;
  INSERT INTO scores AS s (user_id, assignment_id, points, solved_at)
    SELECT p_user, p_assignment, coalesce(max(points), 0),
           min(submitted_at) FILTER (WHERE verdict = 'accepted')
      FROM submissions
     WHERE user_id = p_user AND assignment_id = p_assignment
       AND status = 'graded'
    ON CONFLICT (user_id, assignment_id)
      DO UPDATE SET points = excluded.points, solved_at = excluded.solved_at;
  UPDATE course_scores c SET points = t.points, solved = t.solved
    FROM (SELECT coalesce(sum(s.points), 0) AS points,
                 count(s.solved_at) AS solved
            FROM scores s JOIN assignments a ON a.id = s.assignment_id
           WHERE s.user_id = p_user AND a.course_id = v_course) t
   WHERE c.user_id = p_user AND c.course_id = v_course;
END
$$;

-- What one graded submission is worth.
CREATE FUNCTION worth(p_points double precision, p_score double precision,
                      p_late double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE
AS $$ SELECT round((p_points * p_score * p_late)::numeric, 2)::double precision $$;

-- The only way to submit, in one round trip.  outcome:
--   created      accepted; status says whether it is judged already
--   replay       this Idempotency-Key made `submission_id` before
--   key_reuse    this Idempotency-Key came with another body
--   pending      refused: `submission_id` of the user is in grading
--   unknown      no such published, open assignment for this user
--   language     the assignment, or this installation, lacks the language
-- The caller commits, then rings the queue where fresh is true.
CREATE FUNCTION hand_in(p_user uuid, p_assignment bigint, p_language text,
                        p_code text, p_key text, p_body_hash bytea)
RETURNS TABLE (outcome text, submission_id bigint, grading_id bigint,
               status text, fresh boolean)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  v_hash  bytea := sha256(convert_to(p_code, 'UTF8'));
  v_a     assignments;
  v_v     record;
  v_build text;
  v_g     record;
  v_late  record;
  v_now   timestamptz := clock_timestamp();
  v_id    bigint;
  v_key   record;
BEGIN
  IF p_key IS NOT NULL THEN
    SELECT k.submission_id AS id, k.body_hash = p_body_hash AS same INTO v_key
      FROM idempotency_keys k WHERE k.user_id = p_user AND k.key = p_key
       AND k.created_at > now() - interval '24 hours';
    IF FOUND THEN
      RETURN QUERY SELECT CASE WHEN v_key.same THEN 'replay' ELSE 'key_reuse' END,
                          s.id, s.grading_id, s.status, false
                     FROM submissions s WHERE s.id = v_key.id;
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
    RETURN QUERY SELECT 'unknown', NULL::bigint, NULL::bigint, NULL, false;
    RETURN;
  END IF;
  SELECT v.id, v.points, p_language = ANY (v.languages) AS ok INTO v_v
    FROM assignment_versions v WHERE v.id = v_a.current_version;
  v_build := current_build(p_language);
  IF NOT v_v.ok OR v_build IS NULL THEN
    RETURN QUERY SELECT 'language', NULL::bigint, NULL::bigint, NULL, false;
    RETURN;
  END IF;

  -- refuse before making a grading that nobody would own
  SELECT s.id, s.grading_id AS g INTO v_g FROM submissions s
   WHERE s.user_id = p_user AND s.status = 'pending';
  IF FOUND THEN
    RETURN QUERY SELECT 'pending', v_g.id, v_g.g, 'pending', false;
    RETURN;
  END IF;

  -- Find or make the grading.  FOR SHARE matters: a store that committed
  -- between this and our commit would never see our submission, and it would
  -- stay pending for ever; locked out of the row, it waits for us.
  LOOP
    INSERT INTO gradings (version_id, language, code_hash, code, build)
      VALUES (v_v.id, p_language, v_hash, p_code, v_build)
      ON CONFLICT (version_id, language, code_hash, build) WHERE reusable
      DO NOTHING
      RETURNING id, state, verdict, score, true AS fresh INTO v_g;
    EXIT WHEN FOUND;
    SELECT g.id, g.state, g.verdict, g.score, false AS fresh INTO v_g
      FROM gradings g
     WHERE g.version_id = v_v.id AND g.language = p_language
       AND g.code_hash = v_hash AND g.build = v_build AND g.reusable
       FOR SHARE;
    EXIT WHEN FOUND; -- not: its reusable was cleared meanwhile; once more
  END LOOP;

  SELECT l.late_by, l.factor INTO v_late FROM late_rule(v_a, v_now) l;
  LOOP
    INSERT INTO submissions AS s (user_id, assignment_id, grading_id, status,
                                  submitted_at, graded_at, late_by, late_factor,
                                  verdict, points)
      SELECT p_user, p_assignment, v_g.id,
             CASE WHEN v_g.state = 'done' THEN 'graded' ELSE 'pending' END,
             v_now, CASE WHEN v_g.state = 'done' THEN v_now END,
             coalesce(v_late.late_by, '0'), v_late.factor, v_g.verdict,
             CASE WHEN v_g.state = 'done'
                  THEN worth(v_v.points, v_g.score, v_late.factor) END
      ON CONFLICT (user_id) WHERE status = 'pending' DO NOTHING
      RETURNING s.id INTO v_id;
    EXIT WHEN FOUND;
    -- another request of the same user was first; was it this very one?
    RETURN QUERY
      SELECT CASE WHEN k.key IS NULL THEN 'pending'
                  WHEN k.body_hash = p_body_hash THEN 'replay'
                  ELSE 'key_reuse' END,
             s.id, s.grading_id, s.status, v_g.fresh
        FROM submissions s
        LEFT JOIN idempotency_keys k
          ON k.user_id = p_user AND k.key = p_key AND k.submission_id = s.id
       WHERE s.user_id = p_user AND s.status = 'pending';
    IF FOUND THEN
      RETURN;
    END IF; -- not: it was judged meanwhile; the place is free again
  END LOOP;
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
  RETURN QUERY SELECT 'created', v_id, v_g.id,
                      CASE WHEN v_g.state = 'done' THEN 'graded'
                           ELSE 'pending' END,
                      v_g.fresh;
END
$$;

-- Give every pending submission of a finished grading its verdict; then the
-- scores, users in order, so that two stores cannot deadlock.  One row for
-- each submission.  graderd's store calls it, and the janitor for submissions
-- that any accident left behind.
CREATE FUNCTION settle(p_grading bigint)
RETURNS TABLE (user_id uuid, submission_id bigint, points double precision,
               total_points double precision)
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  v_row record;
BEGIN
  FOR v_row IN
    WITH told AS (
      UPDATE submissions s
         SET status = 'graded', graded_at = clock_timestamp(),
             verdict = g.verdict,
             points = worth(v.points, g.score, s.late_factor)
        FROM gradings g JOIN assignment_versions v ON v.id = g.version_id
       WHERE s.grading_id = p_grading AND s.status = 'pending'
         AND g.id = p_grading AND g.state IN ('done', 'parked')
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

-- Store a verdict under the fence, in one transaction: the grading first, then
-- its submissions, then scores.  No row: a stale grader, drop the result.
-- Otherwise a row per submission told, or one of NULLs where none waited.
CREATE FUNCTION store_verdict(p_grading bigint, p_fence integer,
                              p_verdict text, p_score double precision,
                              p_time_ms integer, p_memory_kb integer,
                              p_report jsonb)
RETURNS TABLE (user_id uuid, submission_id bigint, points double precision,
               total_points double precision)
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  UPDATE gradings
     SET state = 'done', lease_until = NULL, finished_at = clock_timestamp(),
         verdict = p_verdict, score = p_score, time_ms = p_time_ms,
         memory_kb = p_memory_kb, report = p_report,
         -- chance may have had a hand in these: handed in again, run again
         reusable = reusable AND p_verdict NOT IN
           ('time_limit', 'memory_limit', 'system_error')
   WHERE id = p_grading AND fence = p_fence AND state = 'running';
  IF NOT FOUND THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT * FROM settle(p_grading);
  IF NOT FOUND THEN
    RETURN QUERY SELECT NULL::uuid, NULL::bigint, NULL::double precision,
                        NULL::double precision;
  END IF;
END
$$;

-- Take a grading that killed its grader too often out of the way: the student
-- is unlocked, no try is counted, the sysadmin sees it.
CREATE FUNCTION park(p_grading bigint, p_crash_limit integer)
RETURNS TABLE (user_id uuid, submission_id bigint, points double precision,
               total_points double precision)
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  UPDATE gradings
     SET state = 'parked', lease_until = NULL, reusable = false,
         crashes = crashes + 1, fence = fence + 1,
         finished_at = clock_timestamp(), verdict = 'system_error', score = 0,
         report = '{"tests": []}'
   WHERE id = p_grading AND state = 'running'
     AND lease_until < clock_timestamp() AND crashes + 1 >= p_crash_limit;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT * FROM settle(p_grading);
END
$$;
