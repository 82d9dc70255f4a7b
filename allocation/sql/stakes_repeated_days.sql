-- What balances count in addition, for missing days right after theirs. Becomes `repeated_days`.
--
-- Reads   daily_rows(wallet, day, staked, cooling, ...)   as `stakes_daily` does
--         gaps(day, missing)   the day before each gap, and how many days are missing after it
-- Needs   $count_cooling       whether what is cooling down counts
SELECT
    daily_rows.wallet,
    sum(
        CASE WHEN cooling AND NOT $count_cooling THEN 0 ELSE staked END * gaps.missing::HUGEINT
    )::HUGEINT AS total
FROM daily_rows
JOIN gaps ON gaps.day = daily_rows.day
GROUP BY daily_rows.wallet
