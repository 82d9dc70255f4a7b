-- What every wallet's balance adds up to over the period: S. Becomes the table `staked`.
--
-- Reads   opening(wallet, staked)              balances before the earliest event; no row is 0
--         stake_events(wallet, moment, delta, ...)   before the end of the period, any order
--         event_wallets(wallet)                  every wallet that has an event, even a later one
-- Needs   $start, $end   of the period, unix seconds; the end no longer counts
--         $step          86400 for daily balances, 1 for every second
--
-- A balance is looked at at the end of each day, or during each second. There are
-- T = (end - start) / step such moments, and the balance at each is the opening balance and all
-- changes before. So instead of going through the moments, count for each change how many of them
-- it is part of: all T if it was before the start, else one less for each whole step since. With
-- days a change at midnight is part of the day that begins then, with seconds a change is part of
-- its own second.
WITH parts AS (
    SELECT wallet, 0::HUGEINT AS stake FROM event_wallets
    UNION ALL
    SELECT wallet, staked::HUGEINT * (($end - $start) // $step)::HUGEINT FROM opening
    UNION ALL
    SELECT
        wallet,
        delta * (($end - $start) // $step - greatest(moment - $start, 0) // $step)::HUGEINT
    FROM stake_events
)
SELECT wallet, sum(stake)::HUGEINT AS total
FROM parts
GROUP BY wallet
ORDER BY wallet
