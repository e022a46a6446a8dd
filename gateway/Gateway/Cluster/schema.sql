-- The cluster's tables and functions, version 3; docs/decisions/cluster.md says why they are as they are.
-- Laid by the first gateway that finds none (ClusterSchema.cs), in one transaction, with the files of the versions behind it: schema.4.sql.

CREATE TABLE cluster (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version integer NOT NULL,
    shards integer NOT NULL
);

-- The last number and its day. A table and no sequence: a sequence is not transactional, so it would tell readers of
-- numbers that are not committed.
CREATE TABLE journal_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    seq bigint NOT NULL,
    day date NOT NULL
) WITH (fillfactor = 10);

-- day: of the database's clock when the number was given, so it grows with the number.
-- class, kind, link: as in AdmittedFrame and Reception; times: milliseconds since 1970-01-01 UTC.
CREATE TABLE frame (
    seq bigint NOT NULL,
    day date NOT NULL,
    shard integer NOT NULL,
    unit integer NOT NULL,
    class smallint NOT NULL,
    counter bigint NOT NULL,
    kind smallint NOT NULL,
    flags smallint NOT NULL,
    is_overtaken boolean NOT NULL,
    time_utc_ms bigint,
    received_utc_ms bigint NOT NULL,
    sealed bytea NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (seq, day)
) PARTITION BY RANGE (day);

CREATE TABLE reception (
    seq bigint NOT NULL,
    day date NOT NULL,
    gateway smallint NOT NULL,
    ordinal smallint NOT NULL,
    concentrator bigint NOT NULL,
    received_utc_ms bigint NOT NULL,
    rssi_dbm integer,
    snr_decibel_e1 integer,
    frequency_hz bigint,
    spreading_factor integer,
    bandwidth_hz integer,
    concentrator_us bigint,
    link smallint NOT NULL,
    PRIMARY KEY (seq, gateway, ordinal, day)
) PARTITION BY RANGE (day);

-- Not partitioned: a unique key that had to include the day would let a frame in again on another day.
CREATE TABLE frame_key (
    unit integer NOT NULL,
    class smallint NOT NULL,
    counter bigint NOT NULL,
    seq bigint NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (unit, class, counter)
);

-- Durable counters whose frames the retention has dropped: one bit each, for ever.
CREATE TABLE durable_past (
    unit integer NOT NULL,
    chunk bigint NOT NULL,
    bits bit(1024) NOT NULL,
    PRIMARY KEY (unit, chunk)
);

CREATE TABLE unit_live (unit integer PRIMARY KEY, newest bigint NOT NULL);

-- All durable counters below are settled, as the gateway that has seen furthest says.
CREATE TABLE unit_durable (unit integer PRIMARY KEY, base bigint NOT NULL);

CREATE TABLE gateway (
    index integer PRIMARY KEY,
    instance uuid NOT NULL,
    name text NOT NULL,
    until timestamptz NOT NULL,
    is_aside boolean NOT NULL
);

CREATE TABLE lease (
    shard integer PRIMARY KEY,
    instance uuid,
    holder text,
    token bigint NOT NULL DEFAULT 0,
    until timestamptz NOT NULL DEFAULT '-infinity'
);

CREATE TABLE outlet_cursor (
    outlet text NOT NULL,
    shard integer NOT NULL,
    seq bigint NOT NULL,
    holds boolean NOT NULL,
    PRIMARY KEY (outlet, shard)
) WITH (fillfactor = 50);

-- One for what writes numbers, one for what writes leases: advisory locks, because pg_locks tells who holds them.
CREATE FUNCTION lock_journal() RETURNS void LANGUAGE sql AS 'SELECT pg_advisory_xact_lock(1112821297, 1)';
CREATE FUNCTION lock_leases() RETURNS void LANGUAGE sql AS 'SELECT pg_advisory_xact_lock(1112821297, 2)';

-- Stores a batch of one gateway's frames and receptions. One call, so that all of it has come in before the lock is
-- taken: a gateway that stops in the middle of sending holds nobody up. Idempotent. A frame without an offset is there
-- already, and stands for its receptions.
CREATE FUNCTION store_frames(
    p_gateway integer, p_numbers bigint, f_offset bigint[],
    f_unit integer[], f_class smallint[], f_counter bigint[], f_kind smallint[], f_flags smallint[],
    f_time_utc_ms bigint[], f_received_utc_ms bigint[], f_sealed bytea[], f_body bytea[],
    r_frame integer[], r_ordinal smallint[], r_concentrator bigint[], r_received_utc_ms bigint[],
    r_rssi_dbm integer[], r_snr_decibel_e1 integer[], r_frequency_hz bigint[], r_spreading_factor integer[],
    r_bandwidth_hz integer[], r_concentrator_us bigint[], r_link smallint[],
    OUT stored bigint, OUT overtaken bigint)
LANGUAGE plpgsql AS $$
DECLARE
    v_before bigint;
    v_day date;
    v_shards integer;
BEGIN
    SELECT shards INTO STRICT v_shards FROM cluster;
    PERFORM lock_journal();
    UPDATE journal_head
        SET seq = seq + p_numbers, day = greatest(day, (clock_timestamp() AT TIME ZONE 'UTC')::date)
        RETURNING seq - p_numbers, day INTO STRICT v_before, v_day;

    WITH given AS MATERIALIZED (
        SELECT v_before + g.number AS seq, g.*
        FROM unnest(f_offset, f_unit, f_class, f_counter, f_kind, f_flags, f_time_utc_ms, f_received_utc_ms, f_sealed, f_body)
            AS g (number, unit, class, counter, kind, flags, time_utc_ms, received_utc_ms, sealed, body)
        WHERE g.number IS NOT NULL
    ), fresh AS (
        INSERT INTO frame_key AS k (unit, class, counter, seq, day)
        SELECT unit, class, counter, seq, v_day FROM given
        WHERE class <> 1 OR NOT EXISTS (
            SELECT FROM durable_past p
            WHERE p.unit = given.unit AND p.chunk = given.counter / 1024
                AND get_bit(p.bits, (given.counter % 1024)::integer) = 1)
        ON CONFLICT DO NOTHING
        RETURNING k.seq
    ), kept AS (
        INSERT INTO frame AS f (seq, day, shard, unit, class, counter, kind, flags, is_overtaken,
            time_utc_ms, received_utc_ms, sealed, body)
        SELECT seq, v_day, unit % v_shards, unit, class, counter, kind, flags,
            class = 0 AND counter <= coalesce((SELECT newest FROM unit_live l WHERE l.unit = given.unit), -1),
            time_utc_ms, received_utc_ms, sealed, body
        FROM fresh JOIN given USING (seq)
        RETURNING f.is_overtaken
    )
    SELECT count(*), count(*) FILTER (WHERE is_overtaken) INTO stored, overtaken FROM kept;

    INSERT INTO unit_live AS l (unit, newest)
    SELECT unit, max(counter) FROM unnest(f_offset, f_unit, f_class, f_counter) AS g (number, unit, class, counter)
    WHERE class = 0 AND number IS NOT NULL GROUP BY unit
    ON CONFLICT (unit) DO UPDATE SET newest = excluded.newest WHERE l.newest < excluded.newest;

    INSERT INTO reception (seq, day, gateway, ordinal, concentrator, received_utc_ms, rssi_dbm, snr_decibel_e1,
        frequency_hz, spreading_factor, bandwidth_hz, concentrator_us, link)
    SELECT k.seq, k.day, p_gateway, r.ordinal, r.concentrator, r.received_utc_ms, r.rssi_dbm, r.snr_decibel_e1,
        r.frequency_hz, r.spreading_factor, r.bandwidth_hz, r.concentrator_us, r.link
    FROM unnest(r_frame, r_ordinal, r_concentrator, r_received_utc_ms, r_rssi_dbm, r_snr_decibel_e1, r_frequency_hz,
            r_spreading_factor, r_bandwidth_hz, r_concentrator_us, r_link)
        AS r (frame, ordinal, concentrator, received_utc_ms, rssi_dbm, snr_decibel_e1, frequency_hz,
            spreading_factor, bandwidth_hz, concentrator_us, link)
    JOIN frame_key k ON k.unit = f_unit[r.frame] AND k.class = f_class[r.frame] AND k.counter = f_counter[r.frame]
    ON CONFLICT DO NOTHING;

    IF stored > 0 THEN
        PERFORM pg_notify('boat_frames', '');
    END IF;
END $$;

-- Registers a gateway for so long, renews the leases that it holds, and gives it what is free of its share.
-- Another gateway of the same index or name: error BT001. One that stands aside, because it does not reach the broker, stays
-- registered, has no share, and leaves its name on what it gives up: whoever takes that has the broker end its connection.
CREATE FUNCTION renew_leases(
    p_index integer, p_instance uuid, p_name text, p_ttl interval, p_given_up integer[], p_is_aside boolean)
RETURNS TABLE (shard integer, token bigint, seized_from text, share integer)
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz;
    v_other text;
    v_share integer;
    v_held integer;
BEGIN
    PERFORM lock_leases();
    v_now := clock_timestamp();
    SELECT format('index %s, %s', g.index, g.name) INTO v_other FROM gateway g
        WHERE g.instance <> p_instance AND g.until > v_now AND (g.index = p_index OR g.name = p_name) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'another gateway has this index or name: %', v_other USING ERRCODE = 'BT001';
    END IF;

    INSERT INTO gateway AS g (index, instance, name, until, is_aside) VALUES (p_index, p_instance, p_name, v_now + p_ttl, p_is_aside)
        ON CONFLICT (index) DO UPDATE SET instance = p_instance, name = p_name, until = v_now + p_ttl, is_aside = p_is_aside;
    UPDATE lease l SET until = '-infinity', instance = NULL, holder = NULL
        WHERE l.instance = p_instance AND l.shard = ANY (p_given_up);
    IF p_is_aside THEN
        UPDATE lease l SET until = '-infinity', instance = NULL WHERE l.instance = p_instance;
        RETURN;
    END IF;

    UPDATE lease l SET until = v_now + p_ttl WHERE l.instance = p_instance AND l.until > v_now;

    SELECT ceil((SELECT c.shards FROM cluster c)::numeric / count(*)) INTO v_share FROM gateway g
        WHERE g.until > v_now AND NOT g.is_aside;
    SELECT count(*) INTO v_held FROM lease l WHERE l.instance = p_instance AND l.until > v_now;

    RETURN QUERY
        WITH free AS (
            SELECT l.shard, l.holder FROM lease l
            WHERE l.until <= v_now AND NOT l.shard = ANY (p_given_up)
            ORDER BY l.shard LIMIT greatest(v_share - v_held, 0)
        ), taken AS (
            UPDATE lease l SET instance = p_instance, holder = p_name, token = l.token + 1, until = v_now + p_ttl
            FROM free WHERE l.shard = free.shard
            RETURNING l.shard, l.token, free.holder
        )
        SELECT t.shard, t.token, nullif(t.holder, p_name), v_share FROM taken t
        UNION ALL
        SELECT l.shard, l.token, NULL, v_share FROM lease l WHERE l.instance = p_instance AND l.until > v_now;
END $$;

CREATE FUNCTION leave_cluster(p_instance uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_leases();
    UPDATE lease SET until = '-infinity', instance = NULL, holder = NULL WHERE instance = p_instance;
    DELETE FROM gateway WHERE instance = p_instance;
END $$;

-- Keeps how far an outlet has delivered, or a note, which holds no frames back; only with the tokens of now. Returns the shards that were kept: the row lock
-- waits for a takeover that is under way, and then finds its token.
CREATE FUNCTION save_cursor(p_outlet text, p_seq bigint, p_holds boolean, p_shards integer[], p_tokens bigint[])
RETURNS SETOF integer LANGUAGE sql AS $$
    WITH held AS (
        SELECT l.shard FROM lease l
        JOIN unnest(p_shards, p_tokens) AS g (shard, token) ON l.shard = g.shard AND l.token = g.token
        FOR SHARE OF l
    ), kept AS (
        INSERT INTO outlet_cursor AS o (outlet, shard, seq, holds) SELECT p_outlet, shard, p_seq, p_holds FROM held
        ON CONFLICT (outlet, shard) DO UPDATE SET seq = excluded.seq
        RETURNING shard
    )
    SELECT shard FROM kept
$$;

-- A gateway tells the bases of units and learns the cluster's, and which counters from there on are stored.
CREATE FUNCTION exchange_durable(p_units integer[], p_bases bigint[], p_ahead integer)
RETURNS TABLE (unit integer, base bigint, stored bigint[])
LANGUAGE sql AS $$
    WITH kept AS (
        INSERT INTO unit_durable AS d (unit, base) SELECT * FROM unnest(p_units, p_bases)
        ON CONFLICT (unit) DO UPDATE SET base = greatest(d.base, excluded.base)
        RETURNING d.unit, d.base
    )
    SELECT kept.unit, kept.base, ARRAY(
        SELECT k.counter FROM frame_key k
        WHERE k.unit = kept.unit AND k.class = 1 AND k.counter BETWEEN kept.base AND kept.base + p_ahead
        ORDER BY k.counter)
    FROM kept
$$;

CREATE FUNCTION make_partitions(p_days_ahead integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_first date;
    v_day date;
    v_table text;
BEGIN
    PERFORM lock_journal();
    SELECT greatest(day, (clock_timestamp() AT TIME ZONE 'UTC')::date) INTO STRICT v_first FROM journal_head;
    FOR i IN 0 .. p_days_ahead LOOP
        v_day := v_first + i;
        FOREACH v_table IN ARRAY ARRAY['frame', 'reception'] LOOP
            EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                v_table || to_char(v_day, '_YYYYMMDD'), v_table, v_day, v_day + 1);
        END LOOP;
    END LOOP;
END $$;

-- Forgets the keys of up to so many frames of a day, the durable ones into their bits; returns how many there were.
-- Under the lock: between the forgetting of a key and the setting of its bit nobody may look.
CREATE FUNCTION forget_keys(p_day date, p_after bigint, p_frames_max integer, OUT last_seq bigint)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_journal();
    WITH gone AS MATERIALIZED (
        SELECT seq, unit, class, counter FROM frame WHERE day = p_day AND seq > p_after ORDER BY seq LIMIT p_frames_max
    ), past AS (
        INSERT INTO durable_past AS d (unit, chunk, bits)
        SELECT unit, counter / 1024, bit_or(set_bit(repeat('0', 1024)::bit(1024), (counter % 1024)::integer, 1))
        FROM gone WHERE class = 1 GROUP BY unit, counter / 1024
        ON CONFLICT (unit, chunk) DO UPDATE SET bits = d.bits | excluded.bits
    ), forgotten AS (
        DELETE FROM frame_key k USING gone g WHERE k.unit = g.unit AND k.class = g.class AND k.counter = g.counter
    )
    SELECT max(seq) INTO last_seq FROM gone;
END $$;

-- Days whose frames are all older than so many days and delivered by every outlet.
CREATE FUNCTION days_to_drop(p_retention_days integer) RETURNS SETOF date LANGUAGE sql AS $$
    SELECT d.day FROM (
        SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'frame'::regclass
    ) AS d
    WHERE d.day < (clock_timestamp() AT TIME ZONE 'UTC')::date - p_retention_days
        AND NOT EXISTS (
            SELECT FROM frame f WHERE f.day = d.day
                AND f.seq > (SELECT coalesce(min(o.seq), 0) FROM outlet_cursor o WHERE o.holds))
    ORDER BY d.day
$$;
