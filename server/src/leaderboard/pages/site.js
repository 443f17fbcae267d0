// What the public pages do beyond being read: copy, vote, copy into a library, report. Everything can be read without it.
"use strict";
(() => {
  const api = "/api/v1";
  const say = (text) => {
    const place = document.getElementById("said");
    if (place) place.textContent = text;
  };
  const theme = localStorage.getItem("krowoc.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;

  // Tabs refresh a session one after another, as the dashboard does.
  const alone = (work) =>
    navigator.locks ? navigator.locks.request("krowoc-session", work) : work();
  let session = null;
  const ask = (method, path, body) => {
    const headers = {};
    if (body !== undefined) headers["content-type"] = "application/json";
    if (method !== "GET" && session) headers["x-csrf-token"] = session.csrf;
    return fetch(api + path, {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  };
  // Without a click nobody is signed in again: most who read have no account.
  const whoami = async (renew) => {
    let answer = await ask("GET", "/session");
    if (answer.status === 401 && renew)
      answer = await alone(async () => {
        const known = await ask("GET", "/session");
        return known.ok ? known : ask("POST", "/session/refresh");
      });
    session = answer.ok ? await answer.json() : null;
    return session;
  };
  // A session that ended meanwhile is asked for once more.
  const send = async (method, path, body) => {
    if (!session && !(await whoami(true))) return null;
    let answer = await ask(method, path, body);
    if (answer.status === 401 && (await whoami(true))) answer = await ask(method, path, body);
    return answer;
  };
  const told = async (answer) => {
    const problem = await answer.json().catch(() => ({}));
    return problem.detail || problem.title || "That did not work. Try again.";
  };
  // The dashboard brings whoever signs in back to where they were, and what they wanted is done here then: for so long, because whoever
  // signs in later wants something else.
  const OPEN_MS = 15 * 60 * 1000;
  const here = location.pathname + location.search;
  const signIn = (wanted) => {
    say("Sign in first: you come back to this page.");
    const back = { path: here, until: Date.now() + OPEN_MS };
    sessionStorage.setItem("krowoc.back", JSON.stringify(back));
    sessionStorage.removeItem("krowoc.wanted");
    if (wanted) sessionStorage.setItem("krowoc.wanted", JSON.stringify({ ...wanted, ...back }));
    location.assign("/signin");
  };
  // Once, here, and for as long as the way back is open.
  const wantedBefore = () => {
    const kept = sessionStorage.getItem("krowoc.wanted");
    sessionStorage.removeItem("krowoc.wanted");
    const wanted = kept ? JSON.parse(kept) : null;
    return wanted?.path === here && Date.now() < wanted.until ? wanted : null;
  };

  const votes = new Map();
  const paint = (button, vote) => {
    const mine = button.dataset.value;
    const before = button.getAttribute("aria-pressed") === "true";
    const now = vote === mine;
    button.setAttribute("aria-pressed", String(now));
    const count = button.querySelector("[data-count]");
    if (count && before !== now && votes.has(button.dataset.vote))
      count.textContent = String(Math.max(0, Number(count.textContent) + (now ? 1 : -1)));
  };
  const paintAll = (slug, vote) => {
    for (const button of document.querySelectorAll("[data-vote]"))
      if (button.dataset.vote === slug) paint(button, vote);
    votes.set(slug, vote);
  };
  const cast = async (button) => {
    const slug = button.dataset.vote;
    const vote = votes.get(slug) === button.dataset.value ? null : button.dataset.value;
    const path = `/public/prompts/${encodeURIComponent(slug)}/vote`;
    const answer = vote ? await send("PUT", path, { vote }) : await send("DELETE", path);
    if (!answer) return signIn({ vote: slug, value: button.dataset.value });
    if (!answer.ok) return say(await told(answer));
    const view = await answer.json();
    paintAll(slug, view.vote);
    if (!view.vote) say("Your vote is taken back.");
    else say(view.counts ? "Your vote is kept. It is counted within the hour." : "Your vote is kept. It counts once your address is confirmed.");
  };
  const copy = async (button) => {
    let text = document.getElementById("made")?.textContent ?? document.getElementById("text")?.textContent;
    if (button.dataset.copy) {
      const answer = await ask("GET", `/public/prompts/${encodeURIComponent(button.dataset.copy)}`);
      if (!answer.ok) return say(await told(answer));
      text = (await answer.json()).text;
    }
    try {
      await navigator.clipboard.writeText(text);
      say("Copied.");
    } catch {
      say("The browser did not allow it. Select the text and copy it.");
    }
  };
  const fork = async (button) => {
    const answer = await send("POST", `/public/prompts/${encodeURIComponent(button.dataset.fork)}/fork`, {});
    if (!answer) return signIn({ fork: button.dataset.fork });
    if (!answer.ok) return say(await told(answer));
    const { document: made } = await answer.json();
    say("It is in your library now, and in your extension with its next sync.");
    const link = document.createElement("a");
    link.className = "plain";
    link.href = `/library/${made.id}`;
    link.textContent = "Open it";
    document.getElementById("said")?.append(" ", link);
  };
  const report = async (form) => {
    const fields = new FormData(form);
    const body = { reason: fields.get("reason"), detail: fields.get("detail") };
    const answer = await send("POST", `/public/prompts/${encodeURIComponent(form.dataset.report)}/reports`, body);
    if (!answer) return signIn({ report: form.dataset.report, ...body });
    say(answer.ok ? "Thank you. Who looks after this server reads it." : await told(answer));
  };

  // What somebody wanted before they signed in. A report is theirs to send: its words are put back.
  const goOn = async (wanted) => {
    const among = (name, of) => [...document.querySelectorAll(`[data-${name}]`)].find((it) => it.dataset[name] === of);
    if (wanted.fork) {
      const button = among("fork", wanted.fork);
      if (button) await fork(button);
    } else if (wanted.vote) {
      const buttons = [...document.querySelectorAll("[data-vote]")];
      const button = buttons.find((it) => it.dataset.vote === wanted.vote && it.dataset.value === wanted.value);
      if (button && votes.get(wanted.vote) !== wanted.value) await cast(button);
    } else if (wanted.report) {
      const form = among("report", wanted.report);
      if (!form) return;
      form.elements.reason.value = wanted.reason;
      form.elements.detail.value = wanted.detail;
      form.closest("details").open = true;
      form.querySelector("button").focus();
      say("You are signed in: send your report now.");
    }
  };

  document.addEventListener("click", (event) => {
    const out = event.target.closest("a[data-out]");
    if (out && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      signIn(null);
      return;
    }
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.vote) void cast(button);
    else if ("copy" in button.dataset) void copy(button);
    else if (button.dataset.fork) void fork(button);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.report) return;
    event.preventDefault();
    void report(form);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const search = document.querySelector("input[type=search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  });

  for (const hidden of document.querySelectorAll("[data-script]")) hidden.hidden = false;
  // Who may be signed in has a cookie that scripts cannot read: asking is the only way to know, and only for who votes.
  if (document.querySelector("[data-vote]"))
    void (async () => {
      const wanted = wantedBefore();
      if (!(await whoami(false))) return;
      for (const hidden of document.querySelectorAll("[data-signed]")) hidden.hidden = false;
      for (const hidden of document.querySelectorAll("[data-out]")) hidden.hidden = true;
      const answer = await ask("GET", "/votes");
      if (!answer.ok) return;
      const mine = await answer.json();
      const why = JSON.parse(document.body.dataset.ties ?? "{}");
      for (const button of document.querySelectorAll("[data-vote]")) {
        const vote = mine.votes[button.dataset.vote] ?? null;
        button.setAttribute("aria-pressed", String(vote === button.dataset.value));
        votes.set(button.dataset.vote, vote);
        const tie = mine.ties[button.dataset.vote];
        // A vote that was given before is theirs to take back.
        if (!tie || vote) continue;
        button.setAttribute("aria-disabled", "true");
        button.title = why[tie] ?? "";
      }
      if (wanted) await goOn(wanted);
    })();
})();
