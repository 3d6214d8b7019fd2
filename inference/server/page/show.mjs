// What the page shows: the answer for one digit or for a number, and what the model sees.

export const find = (id) => document.getElementById(id);
export const percent = (share) => (share >= 0.9995 ? ">99.9 %" : `${(share * 100).toFixed(1)} %`);

const NOTHING = "28 by 28 pixels, drawn anew from your picture.";
const sentence = (text) => (text ? `${text[0].toUpperCase()}${text.slice(1)}.` : "");

export function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// Every digit of an answer for several, with its line; none for the answer for one digit.
export function digitsOf(answer) {
  return (answer?.lines ?? []).flatMap(({ line, digits }) => digits.map((digit) => ({ line, ...digit })));
}

export function tell(text) {
  find("notice").textContent = text;
  find("notice").hidden = !text;
}

export function makeBars(names) {
  find("bars").replaceChildren(
    ...names.map((name) => {
      const track = make("span", { className: "track" }, make("span", { className: "bar" }));
      const row = make("li", {}, make("span", { textContent: name }), track, make("span", { className: "share" }));
      row.dataset.name = name;
      return row;
    }),
  );
}

export function showNothing() {
  take({ decision: "none", symbol: "–", sure: "Nothing drawn yet", why: "" });
  announce("");
  showNumber([]);
  find("seen").hidden = true;
  find("blind").hidden = false;
  find("trace").replaceChildren();
  find("done").textContent = NOTHING;
  fillBars({}, null);
  tell("");
}

// Shows an answer; if it has settled, a screen reader hears it too.
export function show(answer, settled) {
  if (answer.lines?.length) showSeveral(answer, settled);
  else showOne(answer, settled);
}

function take({ decision, symbol, sure, why }) {
  find("answer").dataset.decision = decision;
  find("digit").textContent = symbol;
  find("digit").dataset.length = Math.min(Math.max(...symbol.split("\n").map((line) => line.length)), 9);
  find("sure").textContent = sure;
  find("why").textContent = why;
}

function announce(text) {
  find("announced").textContent = text;
}

function fillBars(shares, best) {
  for (const row of find("bars").children) {
    const share = shares[row.dataset.name];
    row.classList.toggle("best", row.dataset.name === best);
    row.querySelector(".bar").style.width = `${(share ?? 0) * 100}%`;
    row.querySelector(".share").textContent = share === undefined ? "" : percent(share);
  }
}

// One digit

function showOne(answer, settled) {
  const { decision, guess, reason, confidence, runner_up: next } = answer;
  const unsure = decision !== "answered";
  const perhaps = guess ? `Perhaps ${guess} (${percent(confidence)}), then ${next}.` : "";
  take({
    decision,
    symbol: guess ?? "–",
    sure: unsure ? sentence(decision).slice(0, -1) : `${percent(confidence)} sure`,
    why: unsure ? [sentence(reason), perhaps].filter(Boolean).join(" ") : `Next likely: ${next}`,
  });
  showNumber([]);
  fillBars(Object.keys(answer.probabilities).length ? answer.probabilities : {}, guess);
  showSeen(answer);
  if (settled) announce(unsure ? `Unsure: ${sentence(reason)} ${perhaps}` : `${guess}, ${percent(confidence)}`);
}

function showSeen(answer) {
  find("seen").hidden = !answer.seen;
  find("blind").hidden = Boolean(answer.seen);
  if (answer.seen) {
    find("seen").src = answer.seen;
    find("seen").alt = `The digit as the model sees it: ${answer.guess ?? "nothing"}`;
    find("done").textContent = sentence(answer.steps.join(", ")) || "It has the form already: nothing was done.";
  }
  if (answer.trace) showTrace(answer.trace.map(({ name, picture }) => [name, picture]));
}

function showTrace(steps) {
  find("trace").replaceChildren(
    ...steps.map(([name, src]) => make("li", {}, make("img", { src, alt: "" }), make("span", { textContent: name }))),
  );
}

// Several digits

function showSeveral(answer, settled) {
  const all = digitsOf(answer).filter(({ decision }) => decision !== "empty");
  const unsure = answer.decision !== "answered";
  const spelled = answer.lines.map(({ number, guess }) => number ?? guess).join("\n");
  const least = percent(Math.min(...all.map(({ confidence }) => confidence ?? 0)));
  take({
    decision: answer.decision,
    symbol: spelled,
    sure: unsure ? "Unsure" : `${least} sure`,
    why: unsure ? `${all.length} digits. ${sentence(answer.reason)}` : `of the least certain of ${all.length} digits`,
  });
  showNumber(answer.lines);
  find("done").textContent = "28 by 28 pixels for each digit, cut out and drawn anew.";
  find("seen").hidden = find("blind").hidden = true;
  find("each").replaceChildren(
    ...all.filter(({ seen }) => seen).map(({ seen, guess }) => make("li", {}, make("img", { src: seen, alt: guess ?? "no digit" }))),
  );
  showTrace(all.filter((digit) => digit.cut_out).map((digit) => ["cut out", digit.cut_out]));
  if (settled) announce(unsure ? `Unsure: ${sentence(answer.reason)} Perhaps ${spelled}` : `${spelled}, at least ${least}`);
}

// Lists the digits of each line with their confidence; no lines mean that one digit is shown, with its bars.
function showNumber(lines) {
  find("answer").toggleAttribute("data-several", lines.length > 0);
  find("bars").hidden = lines.length > 0;
  find("lines").hidden = find("each").hidden = !lines.length;
  find("lines").replaceChildren(
    ...lines.map(({ line, digits }) => {
      const list = make("ol", {}, ...digits.map(describe));
      list.setAttribute("aria-label", lines.length > 1 ? `Digits of line ${line}` : "Digits");
      return list;
    }),
  );
  if (!lines.length) find("each").replaceChildren();
}

function describe({ decision, guess, confidence, reason }) {
  const symbol = decision === "empty" ? "_" : (guess ?? "?");
  const share = confidence === null ? "" : percent(confidence);
  const row = make("li", { title: reason ?? "" }, make("b", { textContent: symbol }), make("span", { textContent: share }));
  row.dataset.decision = decision;
  return row;
}
