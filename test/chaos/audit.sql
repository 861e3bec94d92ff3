-- What happened to gradings and submissions, whoever did it: the chaos driver
-- asks it what a row cannot tell, its past.  A change that was rolled back
-- leaves no trace; two changes of one row are numbered in their order, because
-- the row is locked.
CREATE SCHEMA chaos;
CREATE TABLE chaos.log (
  n      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  what   text NOT NULL, -- grading | submission
  id     bigint NOT NULL,
  before text,          -- state or status; NULL: a new row
  after  text,          -- NULL: the row was deleted
  fence  integer,       -- of a grading, after
  fence_before integer,
  crashes integer,
  verdict text,
  points double precision, -- a grading's score, a submission's points
  result text,          -- all that a verdict says, in one word
  result_before text,
  client text DEFAULT current_setting('application_name', true),
  role    text NOT NULL DEFAULT session_user,
  backend integer NOT NULL DEFAULT pg_backend_pid(),
  -- the backend of somebody else who claimed this very fence and is still
  -- connected: only a write without its fence meets one
  claimed_by integer
);
CREATE INDEX ON chaos.log (what, id, n);

CREATE FUNCTION chaos.result(g gradings) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN g.verdict IS NOT NULL THEN
    concat_ws('/', g.verdict, g.score, g.time_ms, g.memory_kb,
              md5(g.report::text)) END
$$;

CREATE FUNCTION chaos.note_grading() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_before text := CASE WHEN TG_OP <> 'INSERT' THEN chaos.result(OLD) END;
  v_after  text := CASE WHEN TG_OP <> 'DELETE' THEN chaos.result(NEW) END;
  v_other  integer;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.state = NEW.state AND OLD.fence = NEW.fence AND
       v_before IS NOT DISTINCT FROM v_after THEN
      RETURN NULL; -- a renewed lease
    END IF;
    IF OLD.state = 'running' AND NEW.state IN ('done', 'queued') THEN
      SELECT l.backend INTO v_other
        FROM chaos.log l
        JOIN pg_stat_activity a ON a.pid = l.backend AND a.backend_start <= l.at
       WHERE l.what = 'grading' AND l.id = NEW.id AND l.after = 'running'
         AND l.fence = OLD.fence AND l.backend <> pg_backend_pid()
       LIMIT 1;
    END IF;
  END IF;
  INSERT INTO chaos.log (what, id, before, after, fence, fence_before, crashes,
                         verdict, points, result, result_before, claimed_by)
    VALUES ('grading', coalesce(NEW.id, OLD.id), OLD.state, NEW.state,
            NEW.fence, OLD.fence, NEW.crashes, NEW.verdict, NEW.score,
            v_after, v_before, v_other);
  RETURN NULL;
END
$$;
CREATE FUNCTION chaos.note_submission() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO chaos.log (what, id, before, after, verdict, points, result,
                         result_before)
    VALUES ('submission', coalesce(NEW.id, OLD.id), OLD.status, NEW.status,
            NEW.verdict, NEW.points, NEW.verdict || '/' || NEW.points,
            OLD.verdict || '/' || OLD.points);
  RETURN NULL;
END
$$;
CREATE TRIGGER chaos AFTER INSERT OR UPDATE OR DELETE ON gradings
  FOR EACH ROW EXECUTE FUNCTION chaos.note_grading();
CREATE TRIGGER chaos AFTER INSERT OR UPDATE OR DELETE ON submissions
  FOR EACH ROW EXECUTE FUNCTION chaos.note_submission();

-- Changes that no rule allows.  The sysadmin (`assay parked`, role postgres) is
-- the only way out of a final state.
CREATE VIEW chaos.illegal AS
SELECT * FROM (
  SELECT l.*, CASE
    WHEN after IS NULL THEN 'a row was deleted'
    WHEN claimed_by IS NOT NULL
      THEN 'written under the fence of another, living claim'
    WHEN fence < fence_before THEN 'the fence went back'
    WHEN before IN ('done', 'parked', 'withdrawn', 'graded', 'replaced')
      AND role <> 'postgres'
      AND (before, result_before) IS DISTINCT FROM (after, result)
      THEN 'what was final was changed'
    WHEN what = 'grading' AND NOT CASE
      WHEN before IS NULL THEN after = 'queued' AND fence = 0
      WHEN before = 'queued' AND after = 'queued' THEN fence = fence_before
      WHEN before IN ('queued', 'running') AND after = 'running'
        THEN fence > fence_before
      WHEN before = 'queued' THEN after = 'withdrawn'
      WHEN before = 'running' THEN after IN ('queued', 'done', 'parked')
      WHEN before = 'parked' THEN role = 'postgres'
      ELSE before = after END THEN 'no legal step'
    WHEN what = 'submission' AND NOT CASE
      WHEN before IS NULL THEN after IN ('pending', 'graded')
      WHEN before = 'pending' THEN after IN ('graded', 'replaced')
      WHEN before = 'graded' THEN role = 'postgres'
      ELSE false END THEN 'no legal step'
    END AS why
  FROM chaos.log l) judged
WHERE why IS NOT NULL;
