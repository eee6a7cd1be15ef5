-- Memory for SQL that a model wrote. A timeout does not bound it: one aggregate can gather a
-- gigabyte in a second. So the aggregates that gather are replaced by bounded ones (the guard
-- prints string_agg as agent.string_agg), and each step of a plan gets less to work with.

-- More than a result may show, and little enough that many queries at once do no harm.
create function agent.gathered(bytes bigint, entries bigint) returns void
language plpgsql immutable
as $$
begin
    if bytes > 256 * 1024 or entries > 10000 then
        raise exception 'an aggregate gathers too much (at most 10,000 entries and 256 kB)'
            using errcode = 'program_limit_exceeded';
    end if;
end
$$;

create function agent.append_text(gathered text, part text, delimiter text) returns text
language plpgsql immutable
as $$
begin
    if part is null then
        return gathered;
    end if;
    perform agent.gathered(octet_length(gathered)::bigint + octet_length(part), 0);
    return case when gathered is null then part
        else gathered || coalesce(delimiter, '') || part end;
end
$$;

create function agent.append_element(gathered anyarray, element anynonarray) returns anyarray
language plpgsql immutable
as $$
begin
    perform agent.gathered(pg_column_size(gathered)::bigint + pg_column_size(element),
        cardinality(gathered));
    return array_append(gathered, element);
end
$$;

-- Arrays of one more dimension.
create function agent.append_array(gathered anyarray, element anyarray) returns anyarray
language plpgsql immutable
as $$
begin
    perform agent.gathered(pg_column_size(gathered)::bigint + pg_column_size(element),
        cardinality(gathered));
    return gathered || array[element];
end
$$;

-- JSON is gathered as text, its opening bracket included.
create function agent.append_json(gathered text, element anyelement) returns text
language plpgsql immutable
as $$
begin
    perform agent.gathered(octet_length(gathered)::bigint + pg_column_size(element), 0);
    return coalesce(gathered || ', ', '[') || coalesce(to_json(element)::text, 'null');
end
$$;

create function agent.append_json_field(gathered text, key anyelement, field anycompatible)
returns text
language plpgsql immutable
as $$
begin
    if key is null then
        raise exception 'field name must not be null' using errcode = 'null_value_not_allowed';
    end if;
    perform agent.gathered(
        octet_length(gathered)::bigint + pg_column_size(key) + coalesce(pg_column_size(field), 0), 0);
    return coalesce(gathered || ', ', '{') || to_json(key::text) || ': '
        || coalesce(to_json(field)::text, 'null');
end
$$;

create function agent.json_array(gathered text) returns json
language sql immutable
as $$ select (gathered || ']')::json $$;

create function agent.jsonb_array(gathered text) returns jsonb
language sql immutable
as $$ select (gathered || ']')::jsonb $$;

create function agent.json_fields(gathered text) returns json
language sql immutable
as $$ select (gathered || '}')::json $$;

create function agent.jsonb_fields(gathered text) returns jsonb
language sql immutable
as $$ select (gathered || '}')::jsonb $$;

create aggregate agent.string_agg(text, text) (sfunc = agent.append_text, stype = text);
create aggregate agent.array_agg(anynonarray) (sfunc = agent.append_element, stype = anyarray);
create aggregate agent.array_agg(anyarray) (sfunc = agent.append_array, stype = anyarray);
create aggregate agent.json_agg(anyelement)
    (sfunc = agent.append_json, stype = text, finalfunc = agent.json_array);
create aggregate agent.jsonb_agg(anyelement)
    (sfunc = agent.append_json, stype = text, finalfunc = agent.jsonb_array);
create aggregate agent.json_object_agg(anyelement, anycompatible)
    (sfunc = agent.append_json_field, stype = text, finalfunc = agent.json_fields);
create aggregate agent.jsonb_object_agg(anyelement, anycompatible)
    (sfunc = agent.append_json_field, stype = text, finalfunc = agent.jsonb_fields);

-- For ARRAY (SELECT …), which the guard limits to one row more than is allowed.
create function agent.bounded(gathered anyarray) returns anyarray
language plpgsql immutable
as $$
begin
    perform agent.gathered(0, cardinality(gathered));
    return gathered;
end
$$;

-- They compute with their arguments alone, so whoever may use the schema may call them.
grant execute on function
    agent.gathered(bigint, bigint),
    agent.append_text(text, text, text),
    agent.append_element(anyarray, anynonarray),
    agent.append_array(anyarray, anyarray),
    agent.append_json(text, anyelement),
    agent.append_json_field(text, anyelement, anycompatible),
    agent.json_array(text),
    agent.jsonb_array(text),
    agent.json_fields(text),
    agent.jsonb_fields(text),
    agent.string_agg(text, text),
    agent.array_agg(anynonarray),
    agent.array_agg(anyarray),
    agent.json_agg(anyelement),
    agent.jsonb_agg(anyelement),
    agent.json_object_agg(anyelement, anycompatible),
    agent.jsonb_object_agg(anyelement, anycompatible),
    agent.bounded(anyarray)
to public;
