-- The roles, made before the first migration; running it again changes
-- nothing.  Roles belong to the whole cluster, grants to the migrations.
--   assay_owner    owns the schema; migrations run as it; cannot log in
--   assay_web      the handlers: reads, and changes users, tokens, memberships
--   assay_grader   graderd: claims and stores; cannot read tokens or passwords
--   assay_hand_in  owns hand_in(), the only way to submit; cannot log in
DO $$
DECLARE
  r record;
BEGIN
  FOR r IN
    SELECT * FROM (VALUES
      ('assay_owner', 'NOLOGIN'),
      ('assay_web', 'LOGIN'),
      ('assay_grader', 'LOGIN'),
      ('assay_hand_in', 'NOLOGIN')) AS v(name, login)
  LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = r.name) THEN
      EXECUTE format('CREATE ROLE %I %s', r.name, r.login);
    END IF;
  END LOOP;
END
$$;
