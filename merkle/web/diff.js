"use strict";
// The table of wallets: search, filter, sort, page. Amounts are BigInt from text to text.
(() => {
  const found = JSON.parse(document.getElementById("wallets-data").textContent);
  const place = document.getElementById("wallets");
  const PAGE = 50;
  const KINDS = ["added", "removed", "raised", "lowered", "relocked"];

  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const kindOf = (before, after) => {
    if (before === null) return "added";
    if (after === null) return "removed";
    return after > before ? "raised" : after < before ? "lowered" : "relocked";
  };

  const big = (value) => (value === null ? null : BigInt(value));
  const rows = found.tokens.flatMap((token, number) =>
    token.wallet.map((wallet, at) => {
      const before = big(token.before[at]), after = big(token.after[at]);
      return {
        number, wallet, before, after, rank: at,
        decimals: token.decimals, symbol: token.symbol,
        difference: (after ?? 0n) - (before ?? 0n),
        kind: kindOf(before, after),
        causes: token.causes[at],
        lockedBefore: token.locked_before ? BigInt(token.locked_before[at]) : 0n,
        lockedAfter: token.locked_after ? BigInt(token.locked_after[at]) : 0n,
        oldTree: token.old_tree[at], newTree: token.new_tree[at],
      };
    }),
  );

  // a page holds the largest changes only: of what is not in it, it must say nothing
  const isCut = found.tokens.some((token) => token.wallet.length < token.count);

  const size = (value) => (value < 0n ? -value : value);
  const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",");
  const amount = (units, decimals) => {
    const digits = size(units).toString().padStart(decimals + 1, "0");
    const cut = digits.length - decimals;
    const parts = [grouped(digits.slice(0, cut))];
    if (decimals) parts.push(make("span", { class: "fraction" }, "." + digits.slice(cut)));
    return parts;
  };
  const reward = (units, locked, decimals) => {
    if (units === null) return [make("span", { class: "none" }, "none")];
    const parts = locked ? [" (", ...amount(locked, decimals), " locked)"] : [];
    return [make("span", {}, ...amount(units, decimals), ...parts)];
  };
  const gain = (units, decimals) => {
    const kind = units > 0n ? "gain" : units < 0n ? "loss" : "same";
    const sign = units > 0n ? "+" : units < 0n ? "\u2212" : "";
    return [make("span", { class: kind }, sign, ...amount(units, decimals))];
  };
  const percent = (row) => {
    if (!row.before) return [];
    const hundredths = (20000n * size(row.difference) + row.before) / (2n * row.before);
    const sign = row.difference > 0n ? "+" : row.difference < 0n ? "\u2212" : "";
    if (row.difference && !hundredths) return [sign + "<0.01 %"];
    const rest = (hundredths % 100n).toString().padStart(2, "0");
    return [sign + grouped((hundredths / 100n).toString()) + "." + rest + " %"];
  };
  const causes = (bits) => found.causes.filter(([bit]) => bits & bit).map(([, name]) => name).join(", ");
  const trees = (row) => {
    const [old, now] = [row.oldTree ?? "none", row.newTree ?? "none"];
    return old === now ? String(now) : old + " \u2192 " + now;
  };

  const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
  const byPercent = (one, other) => {
    // of what was nothing there is no percent: those stand above all others
    if (!one.before || !other.before) return compare(!one.before, !other.before);
    return compare(one.difference * other.before, other.difference * one.before);
  };
  const COLUMNS = [
    ["Token", "text", (row) => [row.symbol], null],
    ["Wallet", "key", (row) => [make("code", { class: "key" }, row.wallet)], (one, other) => compare(one.wallet, other.wallet)],
    ["Before", "number", (row) => reward(row.before, row.lockedBefore, row.decimals), (one, other) => compare(one.before ?? -1n, other.before ?? -1n)],
    ["After", "number", (row) => reward(row.after, row.lockedAfter, row.decimals), (one, other) => compare(one.after ?? -1n, other.after ?? -1n)],
    ["Difference", "number", (row) => gain(row.difference, row.decimals), (one, other) => compare(one.difference, other.difference)],
    ["Percent", "number", percent, byPercent],
    ["Causes", "cause", (row) => [causes(row.causes)], (one, other) => compare(causes(one.causes), causes(other.causes))],
    ["Tree", "number", (row) => [trees(row)], (one, other) => compare(one.newTree ?? -1, other.newTree ?? -1)],
  ];

  const asked = new URLSearchParams(location.hash.slice(1));
  const symbols = found.tokens.map((token) => token.symbol);
  const state = {
    q: asked.get("q") ?? "",
    token: asked.get("token") ?? (asked.get("q") || symbols.length < 2 ? "" : symbols[0]),
    kind: asked.get("kind") ?? "",
    cause: asked.get("cause") ?? "",
    sort: -1, down: false, page: 0,
  };

  const choice = (name, label, options) => {
    const select = make("select", { name }, ...options.map(([value, shown]) => make("option", { value }, shown)));
    select.value = state[name];
    if (select.selectedIndex < 0) select.value = state[name] = "";
    select.addEventListener("change", () => { state[name] = select.value; state.page = 0; show(); });
    return make("label", {}, label, select);
  };
  const search = make("input", { type: "search", placeholder: "Wallet, or a part of it", autocomplete: "off", spellcheck: "false" });
  search.value = state.q;
  search.addEventListener("input", () => { state.q = search.value.trim(); state.page = 0; show(); });

  const occurring = found.causes.filter(([bit]) => rows.some((row) => row.causes & bit));
  const controls = make("div", { class: "controls", role: "search" },
    make("label", { class: "search" }, "Search", search),
    choice("token", "Token", [["", "all"], ...symbols.map((symbol) => [symbol, symbol])]),
    choice("kind", "Change", [["", "all"], ...KINDS.map((kind) => [kind, kind])]),
    choice("cause", "Cause", [["", "all"], ...occurring.map(([, name]) => [name, name])]),
  );

  if (symbols.length < 2) COLUMNS.shift();
  const heads = COLUMNS.map(([name, kind, , order], at) => {
    if (!order) return make("th", { scope: "col", class: kind }, name);
    const button = make("button", { type: "button" }, name);
    button.addEventListener("click", () => {
      state.down = state.sort === at ? !state.down : kind === "number";
      state.sort = at; state.page = 0; show();
    });
    return make("th", { scope: "col", class: kind }, button);
  });
  const body = make("tbody", {});
  const caption = make("caption", { "aria-live": "polite" });
  const table = make("table", { class: "cards" }, caption, make("thead", {}, make("tr", {}, ...heads)), body);
  const turn = (label, step) => {
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", () => { state.page += step; show(); });
    return button;
  };
  const [back, on, where] = [turn("Previous", -1), turn("Next", 1), make("span", { class: "pale" })];
  place.append(controls, make("div", { class: "scroll" }, table), make("div", { class: "controls pager" }, back, on, where));

  const chosen = () => {
    const bit = (found.causes.find(([, name]) => name === state.cause) ?? [0])[0];
    const kept = rows.filter((row) =>
      (!state.token || row.symbol === state.token) &&
      (!state.kind || row.kind === state.kind) &&
      (!bit || row.causes & bit) &&
      (!state.q || row.wallet.toLowerCase().includes(state.q.toLowerCase())));
    const order = state.sort < 0 ? null : COLUMNS[state.sort][3];
    const sign = state.down ? -1 : 1;
    return kept.sort((one, other) =>
      one.number - other.number || (order ? sign * order(one, other) : 0) || one.rank - other.rank);
  };

  const line = (row) => make("tr", {}, ...COLUMNS.map(([name, kind, cell]) =>
    name === "Wallet" ? make("th", { scope: "row", class: kind }, ...cell(row))
      : make("td", { class: kind, "data-label": name }, ...cell(row))));

  const note = () => {
    const noted = new URLSearchParams();
    for (const name of ["q", "token", "kind", "cause"]) if (state[name]) noted.set(name, state[name]);
    const fragment = noted.get("q") || noted.get("kind") || noted.get("cause") ? "#" + noted : "";
    try { history.replaceState(null, "", fragment || location.pathname + location.search); } catch { /* not from a file */ }
  };

  function show(first) {
    const kept = chosen();
    const pages = Math.max(1, Math.ceil(kept.length / PAGE));
    state.page = Math.min(Math.max(state.page, 0), pages - 1);
    const start = state.page * PAGE;
    body.replaceChildren(...kept.slice(start, start + PAGE).map(line));
    heads.forEach((head, at) => {
      if (at === state.sort) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    const nothing = isCut
      ? "No changed reward in this page fits. It holds the largest changes only: a smaller one may fit"
      : "No changed reward fits: the wallet gets the same on both sides, or nothing";
    const which = isCut ? " in this page" : "";
    caption.textContent = kept.length
      ? `${(start + 1).toLocaleString("en")} to ${(Math.min(start + PAGE, kept.length)).toLocaleString("en")} of ${kept.length.toLocaleString("en")} changed rewards${which}`
      : nothing;
    where.textContent = `page ${state.page + 1} of ${pages}`;
    back.disabled = state.page === 0;
    on.disabled = state.page === pages - 1;
    if (!first) note();
  }
  show(true);
  if (asked.get("q")) document.getElementById("wallets-section").scrollIntoView();
})();
