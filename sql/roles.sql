-- The roles, made before the first migration; running it again changes
-- nothing.  Roles belong to the whole cluster, grants to the migrations.
--   assay_web      the handlers: reads, and changes users, tokens, memberships
--   assay_grader   graderd: claims and stores; cannot read tokens or passwords
--   assay_hand_in  owns hand_in(), the only way to submit; cannot log in
DO $$
DECLARE
  r record;
BEGIN
  FOR r IN
    SELECT * FROM (VALUES
      ('assay_web', 'LOGIN'),
      ('assay_grader', 'LOGIN'),
      ('assay_hand_in', 'NOLOGIN')) AS v(name, login)
  LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = r.name) THEN
      EXECUTE format('CREATE ROLE %I %s', r.name, r.login);
    END IF;
  END LOOP;
  -- to give a function away, one must be a member of its new owner
  IF NOT pg_has_role(current_user, 'assay_hand_in', 'MEMBER') THEN
    EXECUTE format('GRANT assay_hand_in TO %I', current_user);
  END IF;
END
$$;
