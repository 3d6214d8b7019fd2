// The dialog in which a person says which digit it is, after the model misread it.

import { digitsOf, find, make } from "./show.mjs";

let shown = null; // {answer, body} that the page shows, and the picture that was sent for it
let whyNot = "";
const LONG = 12_000; // milliseconds for which it says that something was stored

// Takes what the page shows; null if nothing is shown.
export function correctable(answer, body) {
  const guessed = answer?.guess ?? digitsOf(answer).find(({ guess }) => guess);
  shown = guessed ? { answer, body } : null;
  find("wrong").hidden = !shown;
  find("wrong").disabled = false;
  find("wrong").textContent = "That is wrong";
  find("stored").textContent = "";
}

// Takes what the server says about storing corrections: why it stores none, or nothing.
export function allowCorrections(why, classes) {
  whyNot = why;
  find("stores").textContent = why ? "Nothing that you draw is stored." : "Only what you say is wrong is stored.";
  find("keys").replaceChildren(...classes.map((name) => key("digit", name, name)));
}

function key(group, value, label, checked = false) {
  return make("label", {}, make("input", { type: "radio", name: group, value, required: true, checked }), make("span", { textContent: label }));
}

function ask() {
  const several = digitsOf(shown.answer).filter(({ guess }) => guess);
  const doubtful = several.reduce((least, digit) => (least && least.confidence <= digit.confidence ? least : digit), null);
  find("misread").replaceChildren(
    ...several.map((digit) => key("place", `${digit.line} ${digit.position}`, digit.guess, digit === doubtful)),
  );
  find("which").hidden = !several.length;
  for (const input of find("keys").querySelectorAll("input")) input.checked = false;
  find("asked").textContent = whyNot ? "It cannot be stored here" : several.length ? "What is wrong?" : "Which digit is it?";
  find("promise").textContent = whyNot
    ? `What you correct is not stored: ${whyNot}.`
    : "The picture, the model’s answer and the right digit are stored in this project, to train and test the next model.";
  find("which").disabled = find("right").disabled = Boolean(whyNot);
  find("right").hidden = find("store").hidden = Boolean(whyNot);
  if (whyNot) find("which").hidden = true;
  find("cancel").textContent = whyNot ? "Close" : "Cancel";
  find("correct").returnValue = "";
  find("correct").showModal();
}

// Asks for the right digit when the button is pressed, and stores it if the person says so.
export function offerCorrections(headers, tell) {
  find("wrong").addEventListener("click", ask);
  find("cancel").addEventListener("click", () => find("correct").close());
  find("correct").addEventListener("keydown", ({ key: pressed }) => {
    const wanted = find("keys").querySelector(`input[value="${CSS.escape(pressed)}"]`);
    if (wanted) {
      wanted.checked = true;
      wanted.focus();
    }
  });
  find("correct").addEventListener("close", () => {
    if (find("correct").returnValue === "store") store(headers(), tell).catch((error) => tell(`It is not stored: ${error.message}.`));
  });
}

async function store(headers, tell) {
  const form = new FormData(find("correct").querySelector("form"));
  const query = new URLSearchParams({ digit: form.get("digit") });
  const place = form.get("place")?.split(" ");
  if (place) [["line", place[0]], ["position", place[1]]].forEach(([name, value]) => query.set(name, value));
  const response = await fetch(`corrections?${query}`, { method: "POST", body: shown.body, headers });
  const kept = await response.json();
  if (!response.ok) {
    tell(`It is not stored: ${kept.error}.`);
    return;
  }
  const others = kept.count === 1 ? "the first correction" : `${kept.count} corrections by now`;
  find("wrong").disabled = true;
  find("wrong").textContent = `Stored as ${kept.digit}`;
  find("stored").textContent = `Stored as ${kept.digit}: ${others}. The next run learns from it if ingest names the source “corrections”.`;
  setTimeout(() => find("stored").replaceChildren(), LONG);
}
