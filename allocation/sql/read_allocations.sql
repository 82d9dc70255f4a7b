-- The list, one row per wallet and mint, at the place of its first row. Becomes `listed`.
--
-- Reads   typed_allocations(position, wallet, mint, unlocked, locked)   texts, and base units
--         wallets(id, wallet)
--         mints(id, mint)
--
-- The sums are HUGEINT, so that one above u64 is seen before it is a UBIGINT.
SELECT
    min(position)::UBIGINT AS position,
    wallets.id AS wallet,
    mints.id AS token,
    sum(unlocked)::HUGEINT AS unlocked,
    sum(locked)::HUGEINT AS locked,
    count(*) AS input_rows
FROM typed_allocations
JOIN wallets ON wallets.wallet = typed_allocations.wallet
JOIN mints ON mints.mint = typed_allocations.mint
GROUP BY wallets.id, mints.id
ORDER BY position
