-- Version 4: what gateways share of commands and of when units were heard. Run behind schema.sql, or on tables of version 3.

-- Commands without an end. The gateway that was asked answers; every gateway that hears the unit sends. result: as the unit told it, wherever that
-- was heard; taken away when the gateway that was asked has ended the command.
CREATE TABLE command (
    gateway integer NOT NULL,
    id bigint NOT NULL,
    unit integer NOT NULL,
    kind smallint NOT NULL,
    body bytea NOT NULL,
    queued_utc_ms bigint NOT NULL,
    expiry_utc_ms bigint NOT NULL,
    result smallint,
    PRIMARY KEY (gateway, id)
);

-- Under which downlink counters it was sent, by any gateway; a unit names its last command by the counter.
CREATE TABLE command_counter (
    unit integer NOT NULL,
    counter bigint NOT NULL,
    gateway integer NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY (unit, counter),
    FOREIGN KEY (gateway, id) REFERENCES command ON DELETE CASCADE
);
CREATE INDEX ON command_counter (gateway, id);

-- When a unit was last heard by any gateway, since when it has been heard as expected, and the longest interval that it may keep, by its live
-- position of that counter.
CREATE TABLE unit_heard (
    unit integer PRIMARY KEY,
    heard_utc_ms bigint NOT NULL,
    live_since_utc_ms bigint NOT NULL,
    interval_ms integer NOT NULL,
    interval_counter bigint NOT NULL,
    version bigint NOT NULL
);

-- A row and no sequence: its lock has changes committed in the order of their numbers, so that who reads on from one misses none.
CREATE TABLE unit_heard_head (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), version bigint NOT NULL);
INSERT INTO unit_heard_head (version) VALUES (0);

-- All commands of one gateway that have no end; those that are not among them have one. A number comes again when a gateway has lost its
-- store, with another time. Those of a gateway that does not come back go a week after their expiry.
CREATE FUNCTION tell_commands(
    p_gateway integer, p_id bigint[], p_unit integer[], p_kind smallint[], p_body bytea[], p_queued bigint[], p_expiry bigint[])
RETURNS void LANGUAGE sql AS $$
    DELETE FROM command c WHERE c.expiry_utc_ms < (extract(epoch FROM clock_timestamp()) - 604800) * 1000
        OR c.gateway = p_gateway AND NOT EXISTS (
            SELECT FROM unnest(p_id, p_queued) AS g (id, queued) WHERE g.id = c.id AND g.queued = c.queued_utc_ms);
    INSERT INTO command (gateway, id, unit, kind, body, queued_utc_ms, expiry_utc_ms)
        SELECT p_gateway, * FROM unnest(p_id, p_unit, p_kind, p_body, p_queued, p_expiry) ON CONFLICT DO NOTHING;
$$;

CREATE FUNCTION tell_command_counters(p_gateway integer[], p_id bigint[], p_counter bigint[])
RETURNS void LANGUAGE sql AS $$
    INSERT INTO command_counter (unit, counter, gateway, id)
        SELECT c.unit, g.counter, c.gateway, c.id
        FROM unnest(p_gateway, p_id, p_counter) AS g (gateway, id, counter) JOIN command c USING (gateway, id)
        ON CONFLICT DO NOTHING;
$$;

CREATE FUNCTION tell_command_results(p_unit integer[], p_counter bigint[], p_result smallint[])
RETURNS void LANGUAGE sql AS $$
    UPDATE command c SET result = r.result
        FROM unnest(p_unit, p_counter, p_result) AS r (unit, counter, result) JOIN command_counter k USING (unit, counter)
        WHERE c.gateway = k.gateway AND c.id = k.id AND c.result IS NULL;
$$;

-- Tells what one gateway heard, and returns what has changed since a version that it has read. No time is later than the database's own: a unit
-- that is silent would be live until then, by one gateway's clock that was ahead for a moment.
CREATE FUNCTION exchange_heard(
    p_unit integer[], p_heard bigint[], p_since bigint[], p_interval integer[], p_counter bigint[], p_after bigint)
RETURNS SETOF unit_heard LANGUAGE plpgsql AS $$
DECLARE
    v_version bigint;
    v_now bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
BEGIN
    IF cardinality(p_unit) > 0 THEN
        UPDATE unit_heard_head SET version = version + 1 RETURNING version INTO STRICT v_version;
        INSERT INTO unit_heard AS h (unit, heard_utc_ms, live_since_utc_ms, interval_ms, interval_counter, version)
            SELECT g.unit, least(g.heard, v_now), least(g.since, v_now), g.interval_ms, g.counter, v_version
                FROM unnest(p_unit, p_heard, p_since, p_interval, p_counter) AS g (unit, heard, since, interval_ms, counter)
            ON CONFLICT (unit) DO UPDATE SET
                heard_utc_ms = greatest(least(h.heard_utc_ms, v_now), excluded.heard_utc_ms),
                live_since_utc_ms = least(
                    CASE WHEN excluded.heard_utc_ms > h.heard_utc_ms THEN excluded.live_since_utc_ms ELSE h.live_since_utc_ms END, v_now),
                interval_ms = CASE WHEN excluded.interval_counter > h.interval_counter THEN excluded.interval_ms ELSE h.interval_ms END,
                interval_counter = greatest(h.interval_counter, excluded.interval_counter),
                version = v_version
            WHERE excluded.heard_utc_ms > h.heard_utc_ms OR excluded.interval_counter > h.interval_counter OR h.heard_utc_ms > v_now;
    END IF;
    RETURN QUERY SELECT * FROM unit_heard u WHERE u.version > p_after;
END $$;
