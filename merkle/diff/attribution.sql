-- Why each wallet's reward of one token differs: its rows of both breakdowns side by side.
--
-- Reads   old_rows, new_rows(wallet, proposal, power, weight, cause, reward, token_cause)
--         parts(proposal, shared, old_pool, old_total, old_divisor, new_pool, new_total,
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
-- divided out: `floor_of` tells from pool x weight - (reward - 1) x total, which lies between 0 and
-- 2 x total, whether the reward holds such a unit, and is NULL where the reward is no such share.
WITH joined AS (
    SELECT
        coalesce(o.wallet, n.wallet) AS wallet,
        coalesce(o.reward, 0) AS old_reward,
        coalesce(n.reward, 0) AS new_reward,
        CASE
            WHEN coalesce(o.reward, 0) = coalesce(n.reward, 0) THEN 0
            WHEN NOT coalesce(shared, FALSE) AND (o.wallet IS NULL OR n.wallet IS NULL)
                THEN $proposals
            WHEN o.wallet IS NULL THEN $row_added
            WHEN n.wallet IS NULL THEN $row_removed
            WHEN o.power IS DISTINCT FROM n.power
                THEN $row_changed | $read_otherwise | other_exclusion | other_multiplier
            WHEN o.cause IS DISTINCT FROM n.cause THEN CASE
                WHEN 'excluded' IN (o.cause, n.cause) THEN $exclusion
                WHEN 'side' IN (o.cause, n.cause) THEN $side
                WHEN 'minimum_vote' IN (o.cause, n.cause) THEN $minimum_vote
                WHEN 'minimum_average' IN (o.cause, n.cause) THEN $minimum_average
                WHEN 'minimum_payout' IN (o.cause, n.cause)
                    THEN coalesce($minimum_payout | other_division, nullif(parts.cause, 0), $total)
                ELSE $unexplained
            END
            WHEN TRY(o.weight * $new_scale::HUGEINT)
                IS DISTINCT FROM TRY(n.weight * $old_scale::HUGEINT) THEN $multiplier
            WHEN 'minimum_payout' IN (o.token_cause, n.token_cause)
                THEN coalesce($minimum_payout | other_division, nullif(parts.cause, 0), $total)
            WHEN 'maximum_payout' IN (o.token_cause, n.token_cause)
                THEN coalesce($maximum_payout | other_division, nullif(parts.cause, 0), $total)
            WHEN old_floor IS NULL OR new_floor IS NULL THEN $unexplained
            WHEN old_floor = new_floor THEN $rounding
            WHEN parts.cause = 0 THEN $unexplained
            ELSE parts.cause
        END::UINTEGER AS causes
    FROM old_rows AS o
    FULL JOIN new_rows AS n ON o.wallet = n.wallet AND o.proposal = n.proposal
    LEFT JOIN parts ON parts.proposal = coalesce(o.proposal, n.proposal)
    CROSS JOIN LATERAL (
        SELECT
            floor_of(old_pool, reduced(o.weight, old_divisor), o.reward, old_total) AS old_floor,
            floor_of(new_pool, reduced(n.weight, new_divisor), n.reward, new_total) AS new_floor,
            CASE WHEN (o.cause = 'excluded') IS DISTINCT FROM (n.cause = 'excluded')
                AND 'excluded' IN (o.cause, n.cause) THEN $exclusion ELSE 0 END AS other_exclusion,
            CASE
                WHEN o.power IS NOT DISTINCT FROM n.power THEN 0  -- and nothing slow is divided
                WHEN coalesce(o.cause, n.cause) IS NOT NULL THEN 0
                WHEN TRY(o.weight // o.power * $new_scale::HUGEINT)
                    <> TRY(n.weight // n.power * $old_scale::HUGEINT) THEN $multiplier
                ELSE 0
            END AS other_multiplier,
            coalesce(parts.cause & ~$total::UINTEGER, 0)::INTEGER AS other_division
    ) AS floors
)

-- Rows that came and rows that went are a change of the wallet's rows, whichever side is the old one.
SELECT
    wallet,
    before::UBIGINT AS before,
    after::UBIGINT AS after,
    CASE
        WHEN causes & $row_added > 0 AND causes & $row_removed > 0
            THEN causes & ~($row_added::UINTEGER | $row_removed::UINTEGER) | $row_changed
        ELSE causes
    END::UINTEGER AS causes
FROM (
    SELECT
        wallet,
        sum(old_reward) AS before,
        sum(new_reward) AS after,
        bit_or(causes) AS causes
    FROM joined
    GROUP BY wallet
)
WHERE before <> after
ORDER BY wallet
