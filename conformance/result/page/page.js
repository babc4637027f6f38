"use strict";
/* Shows results. Output of targets only becomes text nodes: it is never parsed as markup. */
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const first = data.results[0];
  const HEIGHT = 28, MOST = 2000, BAD = new Set(["fail", "crash", "timeout", "flaky"]);
  const byId = new Map(first.rows.map((row) => [row.id, row]));
  let shown = first.rows, selected = -1, opener = null;

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined && text !== null) made.textContent = text;
    return made;
  }
  const at = (id) => document.getElementById(id);
  function sourceOf(row) {
    if (row.source && row.source.section) return row.source.page + ", " + row.source.section + ", row " + row.source.row;
    return row.rule ? "rule " + row.rule + (row.source ? ", " + row.source.page : "") : row.origin || "";
  }
  function isBad(row) {
    return row.expectation ? !row.expectation.met && row.outcome !== "skip" && row.outcome !== "not-run" : BAD.has(row.outcome);
  }
  function came(row) {
    return [row.return, row.result !== row.return ? row.result : null].filter(Boolean).join(" / ") || row.message || "";
  }

  /* --- head --- */

  at("title").textContent = "Conformance: " + first.about;
  document.title = "Conformance: " + first.about;
  at("about").textContent = [first.started, first.rows.length + " rows of " + first.spec, first.strict ? "strict" : "loose",
    first.seconds.toFixed(1) + " s", first.interrupted ? "interrupted" : ""].filter(Boolean).join(" \u00b7 ");
  const counts = {};
  for (const row of first.rows) counts[row.outcome] = (counts[row.outcome] || 0) + 1;
  for (const outcome of data.outcomes) {
    if (!counts[outcome]) continue;
    const chip = element("button", "outcome " + outcome, counts[outcome] + " " + outcome);
    chip.setAttribute("aria-pressed", "false");
    chip.addEventListener("click", () => {
      at("outcome").value = at("outcome").value === outcome ? "" : outcome;
      select("rows");
      filter();
    });
    chip.dataset.outcome = outcome;
    at("counts").append(chip);
  }

  /* --- tabs --- */

  const tabs = [["rows", "Rows"], ["functions", "Functions"], ["states", "States"]];
  if (data.comparisons.length) tabs.push(["compare", "Compare"]);
  if (data.history) tabs.push(["trend", "Trend"]);
  tabs.push(["environment", "Environment"]);
  const built = new Set(["rows"]);
  const builders = { functions: buildFunctions, states: buildStates, compare: buildCompare, trend: buildTrend,
    environment: buildEnvironment };
  function select(name, focus) {
    for (const [tab] of tabs) {
      at("tab-" + tab).setAttribute("aria-selected", String(tab === name));
      at("tab-" + tab).tabIndex = tab === name ? 0 : -1;
      at("view-" + tab).hidden = tab !== name;
    }
    if (!built.has(name)) {
      built.add(name);
      builders[name](at("view-" + name));
    }
    if (focus) at("tab-" + name).focus();
    if (name === "rows") draw();
  }
  tabs.forEach(([name, label], index) => {
    const tab = element("button", "", label);
    tab.id = "tab-" + name;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", "view-" + name);
    tab.addEventListener("click", () => select(name));
    tab.addEventListener("keydown", (event) => {
      const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? tabs.length - 1 : 0;
      if (step) select(tabs[(index + step) % tabs.length][0], true);
    });
    at("tabs").append(tab);
  });

  /* --- the list: only the visible rows have elements --- */

  function options(id, values) {
    const list = at(id);
    list.append(new Option("any", ""));
    for (const value of values) list.append(new Option(value, value));
    list.addEventListener("change", filter);
  }
  options("outcome", ["bad", ...data.outcomes.filter((outcome) => counts[outcome])]);
  options("strength", ["documented", "relied-on", "observed", "unspecified"]);
  options("function", [...new Set(first.rows.map((row) => row.function).filter(Boolean))].sort());
  for (const row of first.rows) {
    row.text = [row.id, row.return, row.result, row.message, row.rule, sourceOf(row), row.strength].join("\n").toLowerCase();
  }

  function filter() {
    const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcome = at("outcome").value, strength = at("strength").value, name = at("function").value;
    shown = first.rows.filter((row) => (!outcome || (outcome === "bad" ? isBad(row) : row.outcome === outcome)) &&
      (!strength || row.strength === strength) && (!name || row.function === name) &&
      words.every((word) => row.text.includes(word)));
    at("shown").textContent = shown.length + " of " + first.rows.length + " rows";
    for (const chip of at("counts").children) chip.setAttribute("aria-pressed", String(chip.dataset.outcome === outcome));
    selected = -1;
    at("scroll").scrollTop = 0;
    draw();
  }

  function draw() {
    const scroll = at("scroll"), spacer = at("spacer");
    const from = Math.max(0, Math.floor(scroll.scrollTop / HEIGHT) - 10);
    const to = Math.min(shown.length, from + Math.ceil(scroll.clientHeight / HEIGHT) + 20);
    spacer.style.height = shown.length * HEIGHT + "px";
    const lines = [];
    for (let i = from; i < to; i++) lines.push(line(shown[i], i));
    spacer.replaceChildren(...lines);
  }

  function line(row, index) {
    const made = element("div", "row");
    made.setAttribute("role", "row");
    made.setAttribute("aria-rowindex", String(index + 1));
    made.setAttribute("aria-selected", String(index === selected));
    made.style.top = index * HEIGHT + "px";
    const cells = [["outcome " + row.outcome, row.outcome], ["id", row.id], ["", came(row)], ["", sourceOf(row)]];
    for (const [className, text] of cells) {
      const cell = element("span", className, text);
      cell.setAttribute("role", "gridcell");
      cell.title = text;
      made.append(cell);
    }
    made.addEventListener("click", () => {
      selected = index;
      draw();
      open(row, at("scroll"));
    });
    return made;
  }

  function move(by) {
    if (!shown.length) return;
    selected = Math.min(shown.length - 1, Math.max(0, selected + by));
    const scroll = at("scroll"), top = selected * HEIGHT;
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    if (top + HEIGHT > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = top + HEIGHT - scroll.clientHeight;
    draw();
    if (!at("detail").hidden) open(shown[selected], scroll);
  }

  let drawing = false;
  at("scroll").addEventListener("scroll", () => {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      draw();
    });
  });
  addEventListener("resize", draw);
  at("search").addEventListener("input", filter);
  at("scroll").addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(at("scroll").clientHeight / HEIGHT) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -shown.length, End: shown.length };
    if (event.key in steps) {
      move(steps[event.key]);
      event.preventDefault();
    } else if (event.key === "Enter" && selected >= 0) {
      open(shown[selected], at("scroll"));
    }
  });
  addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "Escape" && !at("detail").hidden) {
      close();
    } else if (event.key === "/" && !typing) {
      select("rows");
      at("search").focus();
      event.preventDefault();
    } else if (event.key === "ArrowDown" && document.activeElement === at("search")) {
      at("scroll").focus();
      move(selected < 0 ? 1 : 0);
      event.preventDefault();
    }
  });

  /* --- one row --- */

  function close() {
    at("detail").hidden = true;
    if (opener) opener.focus();
    opener = null;
  }

  function pretty(text) {
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  }

  function describeStep(step) {
    return typeof step === "string" ? step : JSON.stringify(step);
  }

  function open(row, from) {
    const detail = at("detail");
    if (!opener) opener = from || document.activeElement;
    const button = element("button", "close", "Close (Esc)");
    button.addEventListener("click", close);
    const parts = [button, element("h2", "", row.id), element("p", "outcome " + row.outcome, row.outcome)];
    const facts = element("dl");
    const fact = (name, value) => {
      if (value === undefined || value === null || value === "") return;
      facts.append(element("dt", "", name), element("dd", "", value));
    };
    fact("function", row.function);
    fact("strength", row.strength);
    fact("real hosts", row.confirmed);
    fact("source", sourceOf(row));
    fact("line", row.source && row.source.line);
    fact("sentence", row.source && row.source.sentence);
    fact("stands in", row.origin);
    fact("message", row.message);
    fact("returned", row.return);
    fact("result", row.result);
    fact("events", row.events && row.events.join(", "));
    fact("took", row.milliseconds.toFixed(3) + " ms");
    fact("runs", row.runs && Object.entries(row.runs).map(([name, number]) => number + " " + name).join(", "));
    fact("retries", row.retries);
    if (row.expectation) fact("expected to be", row.expectation.outcome + ": " + row.expectation.reason +
      (row.expectation.link ? " (" + row.expectation.link + ")" : ""));
    parts.push(facts);
    if (row.does) {
      const does = JSON.parse(row.does);
      parts.push(element("h2", "", "Arrange, act, expect"));
      const text = [];
      for (const step of does.arrange || []) text.push("arrange  " + describeStep(step));
      if (does.call) text.push("call     " + describeStep(does.call));
      if (does.expect) text.push("expect   " + describeStep(does.expect));
      for (const step of does.then || []) text.push("then     " + describeStep(step));
      if (does.play) text.push("play     " + does.play.moves.join("\n         "));
      parts.push(element("pre", "", text.join("\n")));
    }
    if (row.document) parts.push(element("h2", "", "Document"), element("pre", "", pretty(row.document)));
    if (row.steps) {
      parts.push(element("h2", "", "Timeline"));
      const most = Math.max(...row.steps.map((step) => step.milliseconds || 0), 1e-9);
      for (const step of row.steps) {
        const bar = element("div", "bar"), mark = element("i");
        mark.style.width = (100 * (step.milliseconds || 0)) / most + "%";
        const text = step.what + (step.milliseconds === undefined ? "" : ", " + step.milliseconds.toFixed(3) + " ms");
        bar.append(element("span", "", text), mark);
        parts.push(bar);
      }
    }
    for (const other of data.comparisons) {
      const change = other.differences.find((difference) => difference.id === row.id);
      if (!change) continue;
      parts.push(element("h2", "", "Against " + other.about),
        element("p", change.worse ? "worse" : "", change.title + ": " + change.what));
    }
    if (data.history && data.history.rows[row.id]) parts.push(element("h2", "", "Trend"), marks(data.history.rows[row.id]));
    detail.replaceChildren(...parts);
    detail.hidden = false;
    detail.focus();
  }

  function rowLink(id) {
    const row = byId.get(id);
    if (!row) return element("code", "", id);
    const link = element("button", "link", id);
    link.addEventListener("click", () => open(row, link));
    return link;
  }

  /* --- tables --- */

  function table(parent, titles) {
    const wide = element("div", "wide"), made = element("table"), head = element("tr");
    for (const title of titles) {
      const cell = element("th", "", title);
      cell.scope = "col";
      head.append(cell);
    }
    const top = element("thead"), body = element("tbody");
    top.append(head);
    made.append(top, body);
    wide.append(made);
    parent.append(wide);
    return body;
  }

  function buildFunctions(view) {
    const outcomes = data.outcomes.filter((outcome) => counts[outcome]), lines = new Map();
    for (const row of first.rows) {
      const name = row.function || "-";
      if (!lines.has(name)) lines.set(name, {});
      lines.get(name)[row.outcome] = (lines.get(name)[row.outcome] || 0) + 1;
    }
    view.append(element("h2", "", "Functions and outcomes"));
    const body = table(view, ["function", ...outcomes]);
    for (const name of [...lines.keys()].sort()) {
      const line = element("tr"), head = element("td"), link = element("button", "link", name);
      link.addEventListener("click", () => {
        at("function").value = name;
        at("outcome").value = "";
        select("rows", true);
        filter();
      });
      head.append(link);
      line.append(head);
      for (const outcome of outcomes) {
        const number = lines.get(name)[outcome] || 0;
        line.append(element("td", "number " + (number ? outcome : "zero"), number));
      }
      body.append(line);
    }
  }

  function buildStates(view) {
    const kinds = new Map();
    for (const row of first.rows) {
      const parts = row.id.split(".");
      if (parts[0] !== "state" || parts.length < 4) continue;
      const kind = parts[1], call = parts.slice(2, -1).join("."), state = parts[parts.length - 1];
      if (!kinds.has(kind)) kinds.set(kind, { calls: new Map(), states: new Set() });
      const entry = kinds.get(kind);
      entry.states.add(state);
      if (!entry.calls.has(call)) entry.calls.set(call, new Map());
      entry.calls.get(call).set(state, row);
    }
    if (!kinds.size) view.append(element("p", "", "This result has no rows of the state matrices."));
    for (const [kind, entry] of kinds) {
      view.append(element("h2", "", kind + ": what each call answers in each state"));
      const states = [...entry.states], body = table(view, ["call", ...states]);
      for (const [call, cells] of entry.calls) {
        const line = element("tr");
        line.append(element("td", "mono", call));
        for (const state of states) {
          const row = cells.get(state), cell = element("td", "cell " + (row ? row.outcome : ""));
          if (row) {
            const answer = row.result || row.return || row.outcome;
            const button = element("button", row.outcome, answer.replace(/_/g, "_\u200b"));
            button.title = row.id + ": " + row.outcome;
            button.addEventListener("click", () => open(row, button));
            cell.append(button);
          }
          line.append(cell);
        }
        body.append(line);
      }
    }
  }

  function buildCompare(view) {
    for (const other of data.comparisons) {
      view.append(element("h2", "", "Before: " + other.about));
      const sums = table(view, ["change", "rows"]);
      for (const [title, number, worse] of other.counts) {
        const line = element("tr");
        line.append(element("td", worse ? "worse" : "", title), element("td", "number", number));
        sums.append(line);
      }
      const body = table(view, ["change", "row", "what", "source"]);
      for (const difference of other.differences.slice(0, MOST)) {
        const line = element("tr"), link = element("td", "name");
        link.append(rowLink(difference.id));
        line.append(element("td", "change " + (difference.worse ? "worse" : difference.better ? "better" : ""), difference.title), link,
          element("td", "", difference.what), element("td", "", difference.source));
        body.append(line);
      }
      if (other.differences.length > MOST) view.append(element("p", "", other.differences.length - MOST + " more are not shown"));
    }
  }

  const letters = { p: "pass", f: "fail", d: "drift", r: "recorded", s: "skip", n: "not-implemented", c: "crash", t: "timeout",
    k: "flaky", "-": "not-run" };
  function marks(text) {
    const made = element("span", "trend");
    [...text].forEach((letter, index) => {
      const mark = element("b", letters[letter]), run = data.history.runs[index];
      mark.title = letters[letter] + ", run " + run.number + ", " + run.started + ", " + run.target + " " + (run.build || "");
      made.append(mark);
    });
    return made;
  }

  function buildTrend(view) {
    const history = data.history;
    view.append(element("h2", "", "Runs, the oldest first"));
    const runs = table(view, ["run", "started", "target", "Windows", "pass", "bad", "silent"]);
    for (const run of history.runs) {
      const line = element("tr");
      for (const [value, className] of [[run.number, "number"], [run.started, ""], [run.target, ""], [run.build || "-", "number"],
        [run.pass, "number"], [run.bad, "number" + (run.bad ? " worse" : "")], [run.silent, "number"]])
        line.append(element("td", className, value));
      runs.append(line);
    }
    view.append(element("h2", "", "Rows whose outcome changed"));
    const changed = Object.entries(history.rows).filter(([, text]) => new Set(text.replace(/-/g, "")).size > 1);
    if (!changed.length) view.append(element("p", "", "None."));
    const body = table(view, ["row", "outcomes"]);
    for (const [id, text] of changed.slice(0, MOST)) {
      const line = element("tr"), name = element("td"), cell = element("td");
      name.append(rowLink(id));
      cell.append(marks(text));
      line.append(name, cell);
      body.append(line);
    }
  }

  function buildEnvironment(view) {
    data.results.forEach((result) => {
      view.append(element("h2", "", result.about));
      const body = table(view, ["fact", "value"]);
      const facts = [["file", result.path], ["target", result.target], ["started", result.started], ["rows of", result.spec],
        ["tool", result.tool], ["Windows build", result.build], ["update revision", result.revision],
        ["checksum (SHA-256)", result.checksum], ["digest", result.digest], ...Object.entries(result.environment || {})];
      for (const [name, value] of facts) {
        if (value === undefined || value === null || value === "") continue;
        const line = element("tr");
        line.append(element("td", "", name), element("td", "mono", typeof value === "object" ? JSON.stringify(value) : value));
        body.append(line);
      }
    });
    buildConfirmed(view);
  }

  /* The rows that real hosts confirmed, by strength and by host. */
  function buildConfirmed(view) {
    const [head, ...lines] = data.confirmed, all = lines[lines.length - 1];
    view.append(element("h2", "", "Confirmed by real Windows hosts: " + all[2] + " of " + all[1] + " rows"));
    const body = table(view, head);
    for (const cells of lines) {
      const line = element("tr");
      cells.forEach((cell, i) => line.append(element("td", i ? "number" : "", cell)));
      body.append(line);
    }
  }

  /* --- print view: the bad rows --- */

  addEventListener("beforeprint", () => {
    if (!built.has("functions")) {
      built.add("functions");
      buildFunctions(at("view-functions"));
    }
    const print = at("print"), bad = first.rows.filter(isBad);
    print.replaceChildren(element("h2", "", bad.length ? "Bad rows" : "No row is bad"));
    if (!bad.length) return;
    const body = table(print, ["row", "outcome", "what came", "source"]);
    for (const row of bad) {
      const line = element("tr");
      for (const text of [row.id, row.outcome, row.message || came(row), sourceOf(row)]) line.append(element("td", "", text));
      body.append(line);
    }
  });

  select("rows");
  filter();
})();
