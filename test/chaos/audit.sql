-- What happened to gradings and submissions, whoever did it: the chaos driver
-- asks it what a row cannot tell, its past.
CREATE SCHEMA chaos;
CREATE TABLE chaos.log (
  n      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  what   text NOT NULL, -- grading | submission
  id     bigint NOT NULL,
  before text,          -- state or status; NULL: a new row
  after  text,          -- NULL: the row was deleted
  fence  integer,       -- of a grading, after
  crashes integer,
  verdict text,
  points double precision, -- a grading's score, a submission's points
  client text DEFAULT current_setting('application_name', true)
);
CREATE INDEX ON chaos.log (what, id);

CREATE FUNCTION chaos.note_grading() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = NEW.state AND OLD.fence = NEW.fence AND
     OLD.verdict IS NOT DISTINCT FROM NEW.verdict AND
     OLD.score IS NOT DISTINCT FROM NEW.score AND
     OLD.report IS NOT DISTINCT FROM NEW.report THEN
    RETURN NULL; -- a renewed lease
  END IF;
  INSERT INTO chaos.log (what, id, before, after, fence, crashes, verdict,
                         points)
    VALUES ('grading', coalesce(NEW.id, OLD.id), OLD.state, NEW.state,
            NEW.fence, NEW.crashes, NEW.verdict, NEW.score);
  RETURN NULL;
END
$$;
CREATE FUNCTION chaos.note_submission() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO chaos.log (what, id, before, after, verdict, points)
    VALUES ('submission', coalesce(NEW.id, OLD.id), OLD.status, NEW.status,
            NEW.verdict, NEW.points);
  RETURN NULL;
END
$$;
CREATE TRIGGER chaos AFTER INSERT OR UPDATE OR DELETE ON gradings
  FOR EACH ROW EXECUTE FUNCTION chaos.note_grading();
CREATE TRIGGER chaos AFTER INSERT OR UPDATE OR DELETE ON submissions
  FOR EACH ROW EXECUTE FUNCTION chaos.note_submission();
