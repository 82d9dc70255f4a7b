-- Why the reward of a wallet's row differs: a row of both breakdowns, or of one of them.
--
-- Reads   pairs(pair, part, and of both sides, here old_: old_there, old_power, old_weight,
--         old_cause, old_reward, old_token_cause): rows of one wallet and one part of the pool, 0
--         where a side has none; causes are numbers, by the macros of their names, and 0 is none
--         parts(part, shared, old_pool, old_total, old_divisor, new_pool, new_total,
--         new_divisor, cause): how the proposals' parts of the pool were divided on both sides,
--         and the bits of what makes the two divisions differ
-- Needs   the bits of causes by name, what they stand for decided by what the rounds say otherwise:
--         $row_added is the bit of "reading" where the inputs are the same; $minimum_payout and
--         $maximum_payout are NULL where that limit is the same on both sides; $read_otherwise is
--         0 where a row weighs as much on both sides by how the rounds read it
--
-- A row of another power may also be of a wallet that is excluded, or multiplied, on one side only:
-- then it has each of these causes. A weight is its power times a whole number, so they divide. And
-- a payout may cross a limit that changed because another pool was divided, too.
--
-- A share is pool x weight / total, rounded down, plus at most one left-over unit. It is never
-- divided out: what `rest_of` leaves of pool x weight lies between 0 and the total where the reward
-- is the share rounded down, and between minus the total and 0 where it holds such a unit too.
-- `floor_of` is NULL where the reward is no such share.
SELECT
    pair,
    CASE
        WHEN NOT (shared OR (old_there AND new_there)) THEN $proposals
        WHEN NOT old_there THEN $row_added
        WHEN NOT new_there THEN $row_removed
        WHEN old_power <> new_power THEN $row_changed | $read_otherwise
            | CASE WHEN (old_cause = excluded()) <> (new_cause = excluded())
                THEN $exclusion ELSE 0 END
            | CASE
                WHEN old_cause > 0 OR new_cause > 0 THEN 0
                WHEN TRY(old_weight // old_power * $new_scale::HUGEINT)
                    <> TRY(new_weight // new_power * $old_scale::HUGEINT) THEN $multiplier
                ELSE 0
            END
        WHEN old_cause <> new_cause THEN CASE
            WHEN excluded() IN (old_cause, new_cause) THEN $exclusion
            WHEN side() IN (old_cause, new_cause) THEN $side
            WHEN minimum_vote() IN (old_cause, new_cause) THEN $minimum_vote
            WHEN minimum_average() IN (old_cause, new_cause) THEN $minimum_average
            WHEN minimum_payout() IN (old_cause, new_cause)
                THEN coalesce($minimum_payout | other_division, nullif(parts.cause, 0), $total)
            ELSE $unexplained
        END
        WHEN TRY(old_weight * $new_scale::HUGEINT)
            IS DISTINCT FROM TRY(new_weight * $old_scale::HUGEINT) THEN $multiplier
        WHEN minimum_payout() IN (old_token_cause, new_token_cause)
            THEN coalesce($minimum_payout | other_division, nullif(parts.cause, 0), $total)
        WHEN maximum_payout() IN (old_token_cause, new_token_cause)
            THEN coalesce($maximum_payout | other_division, nullif(parts.cause, 0), $total)
        WHEN old_floor IS NULL OR new_floor IS NULL THEN $unexplained
        WHEN old_floor = new_floor THEN $rounding
        WHEN parts.cause = 0 THEN $unexplained
        ELSE parts.cause
    END::UINTEGER AS causes
FROM pairs
JOIN parts ON parts.part = pairs.part
CROSS JOIN LATERAL (
    SELECT
        rest_of(old_pool, reduced(old_weight, old_divisor), old_total, old_reward) AS old_rest,
        rest_of(new_pool, reduced(new_weight, new_divisor), new_total, new_reward) AS new_rest
) AS rests
CROSS JOIN LATERAL (
    SELECT
        floor_of(old_reward, old_rest, old_total) AS old_floor,
        floor_of(new_reward, new_rest, new_total) AS new_floor,
        coalesce(parts.cause & ~$total::UINTEGER, 0)::INTEGER AS other_division
) AS floors
WHERE old_reward <> new_reward
