-- Takes the login of one organisation off the server, when Penny was removed from the last of
-- its workspaces: the counterpart of core.admit_query_login, and SECURITY DEFINER as that is.
-- False if it could only be locked out, or not even that: another database of the server may
-- know it too (a restored backup), or the server's owner has changed. Then it stays behind
-- without anybody who knows its password.
create function core.dismiss_query_login(login text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if login !~ '^penny_q_[0-9a-f]{24}$' then
        raise exception 'not the name of a query login';
    end if;
    perform pg_advisory_xact_lock(hashtext('core.admit_query_login'));
    if not exists (select from pg_roles where rolname = login) then
        return true;
    end if;
    begin
        execute format('alter role %I nologin password null', login);
        execute format('revoke all on database %I from %I', current_database(), login);
        execute format('revoke all on all tables in schema agent from %I', login);
        execute format('revoke all on function agent.org(), agent.viewer() from %I', login);
        execute format('revoke all on schema agent from %I', login);
    exception when insufficient_privilege then
        return false;
    end;
    begin
        execute format('drop role %I', login);
    exception when dependent_objects_still_exist or insufficient_privilege then
        return false;
    end;
    return true;
end
$$;
revoke execute on function core.dismiss_query_login(text) from public;
grant execute on function core.dismiss_query_login(text) to penny_app;
