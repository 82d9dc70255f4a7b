-- Who would get less than the minimum payout of a token?
--
-- Reads   floors(wallet, floor)   the exact share of every row that is to be paid, rounded down
-- Needs   $minimum                the smallest payout, in base units
SELECT wallet, sum(floor)::UBIGINT AS amount
FROM floors
GROUP BY wallet
HAVING sum(floor) < $minimum::UBIGINT
ORDER BY wallet
