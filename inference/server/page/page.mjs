// The page on which a person draws a digit. One request at a time is under way; the newest drawing wins.

import { allowCorrections, correctable, offerCorrections } from "./correct.mjs";
import { digitsOf, find, makeBars, percent, show, showNothing, tell } from "./show.mjs";

const WIDTH = 480; // pixels of the picture that is sent
const INK = "#141414";
const AROUND = 6; // pixels of the screen between a digit and its box
const paper = find("paper");
const strokes = []; // each {width, points: [x, y, pressure]}, coordinates as shares of the sheet's width
let picture = null; // {file, bitmap} of a picture that was opened instead of drawn
let pointer = null; // the one that draws
let epoch = 0; // counts drawings: an answer for one that was cleared is not shown
let asking = false;
let stale = false;
let withSteps = false;
let model = "";
let boxes = []; // around the digits of a number: {left, top, width, height, decision}, shares of the picture's size
let token = sessionStorage.getItem("token") ?? "";

// Drawing

function paint(context, unit, ink) {
  context.strokeStyle = ink;
  context.lineCap = context.lineJoin = "round";
  for (const { width, points } of strokes) {
    if (points.some(([, , pressure]) => pressure)) paintByPressure(context, unit, width, points);
    else paintEvenly(context, unit, width, points);
  }
}

function paintEvenly(context, unit, width, points) {
  context.lineWidth = width * unit;
  context.beginPath();
  context.moveTo(points[0][0] * unit, points[0][1] * unit);
  for (let i = 0; i < points.length; i += 1) curve(context, unit, points, i);
  context.stroke();
}

function paintByPressure(context, unit, width, points) {
  let from = points[0];
  let weight = points[0][2];
  for (let i = 0; i < points.length; i += 1) {
    weight = (weight + points[i][2]) / 2;
    context.lineWidth = width * unit * (0.45 + 1.1 * weight);
    context.beginPath();
    context.moveTo(from[0] * unit, from[1] * unit);
    from = curve(context, unit, points, i);
    context.stroke();
  }
}

// Draws a curve through a point to the middle between it and the next one, so that lines have no corners.
function curve(context, unit, points, i) {
  const [x, y] = points[i];
  const next = points[i + 1] ?? points[i];
  const to = i + 1 < points.length ? [(x + next[0]) / 2, (y + next[1]) / 2] : [x, y];
  context.quadraticCurveTo(x * unit, y * unit, to[0] * unit, to[1] * unit);
  return to;
}

function redraw() {
  const [width, height] = [paper.clientWidth, paper.clientHeight].map((side) => Math.round(side * devicePixelRatio));
  if (paper.width !== width || paper.height !== height) [paper.width, paper.height] = [width, height];
  const context = paper.getContext("2d");
  context.clearRect(0, 0, width, height);
  if (picture?.bitmap) {
    context.drawImage(picture.bitmap, ...place());
  }
  paint(context, width, getComputedStyle(document.body).color);
  paintBoxes(context);
}

// Returns where the picture lies on the sheet: left, top, width and height in pixels of the canvas.
function place() {
  if (!picture?.bitmap) return [0, 0, paper.width, paper.height];
  const scale = Math.min(paper.width / picture.bitmap.width, paper.height / picture.bitmap.height);
  const [w, h] = [picture.bitmap.width * scale, picture.bitmap.height * scale];
  return [(paper.width - w) / 2, (paper.height - h) / 2, w, h];
}

function paintBoxes(context) {
  const [left, top, width, height] = place();
  const style = getComputedStyle(document.documentElement);
  context.lineWidth = 2 * devicePixelRatio;
  for (const box of boxes) {
    const around = box.decision === "empty" ? 0 : AROUND * devicePixelRatio;
    context.strokeStyle = style.getPropertyValue(box.decision === "unsure" ? "--open" : "--first");
    context.setLineDash(box.decision === "empty" ? [6, 6] : []);
    context.beginPath();
    context.roundRect(
      left + box.left * width - around,
      top + box.top * height - around,
      box.width * width + 2 * around,
      box.height * height + 2 * around,
      around,
    );
    context.stroke();
  }
  context.setLineDash([]);
}

function point(event) {
  const box = paper.getBoundingClientRect();
  const pressure = event.pointerType === "pen" ? event.pressure : 0;
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.width, pressure];
}

paper.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || pointer !== null) return;
  event.preventDefault();
  paper.setPointerCapture(event.pointerId);
  pointer = event.pointerId;
  if (picture) reset();
  strokes.push({ width: find("width").value / 100, points: [point(event)] });
  changed();
});

paper.addEventListener("pointermove", (event) => {
  if (event.pointerId !== pointer) return;
  const events = event.getCoalescedEvents?.() ?? [];
  strokes.at(-1).points.push(...(events.length ? events : [event]).map(point));
  changed();
});

for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
  paper.addEventListener(kind, (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    changed();
  });
}

function changed() {
  const empty = !strokes.length && !picture;
  find("hint").toggleAttribute("data-gone", !empty);
  find("undo").disabled = !strokes.length;
  find("clear").disabled = find("steps").disabled = empty;
  const what = picture ? `the picture ${picture.file.name || "from the clipboard"}` : `${strokes.length} ${strokes.length === 1 ? "stroke" : "strokes"}`;
  paper.setAttribute("aria-label", `Drawing area, ${empty ? "empty" : what}`);
  if (empty) {
    boxes = [];
    showNothing();
    correctable(null, null);
  } else ask();
  requestAnimationFrame(redraw);
}

function reset() {
  strokes.length = 0;
  boxes = [];
  picture = null;
  epoch += 1;
}

function clear() {
  reset();
  changed();
}

function undo() {
  strokes.pop();
  if (!strokes.length) epoch += 1;
  changed();
}

// Pictures

async function open(file) {
  if (!file) return;
  reset();
  picture = { file, bitmap: await createImageBitmap(file).catch(() => null) };
  changed();
}

for (const id of ["file", "camera"]) {
  find(id).addEventListener("change", ({ target }) => {
    open(target.files[0]);
    target.value = "";
  });
}

addEventListener("paste", ({ clipboardData }) => {
  if (!document.querySelector("dialog[open]")) open(clipboardData.files[0]);
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  addEventListener(kind, (event) => {
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    find("sheet").classList.toggle("dropping", kind === "dragover");
    if (kind === "drop") open(event.dataTransfer.files[0]);
  });
}

// Asking

async function ask() {
  stale = true;
  if (asking) return;
  asking = true;
  find("answer").dataset.busy = "yes";
  while (stale && (strokes.length || picture)) {
    stale = false;
    await askOnce().catch((error) => tell(`The server does not answer: ${error.message}. Draw on to try again.`));
  }
  asking = false;
  delete find("answer").dataset.busy;
}

async function askOnce() {
  const asked = epoch;
  const body = picture ? picture.file : await drawing();
  const query = `all=auto&show=${withSteps && pointer === null ? "steps" : "seen"}`;
  const response = await fetch(`predict?${query}`, { method: "POST", body, headers: headers() });
  const answer = await response.json().catch(() => ({ error: `status ${response.status}` }));
  if (response.status === 401) return askForToken();
  if (response.status === 503) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    stale = true;
    return undefined;
  }
  tell(answer.decision ? "" : answer.error);
  if (asked === epoch && answer.decision) await showAnswer(answer, body);
  return undefined;
}

function headers() {
  return { "Content-Type": "application/octet-stream", ...(token && { Authorization: `Bearer ${token}` }) };
}

async function showAnswer(answer, body) {
  show(answer, pointer === null && !stale);
  correctable(answer, body);
  const [width, height] = picture ? [picture.bitmap?.width ?? 1, picture.bitmap?.height ?? 1] : [WIDTH, sentHeight()];
  boxes = digitsOf(answer).map(({ box, decision }) => ({
    left: box.left / width,
    top: box.top / height,
    width: box.width / width,
    height: box.height / height,
    decision,
  }));
  requestAnimationFrame(redraw);
  if (answer.model !== model) await describeModel();
}

function sentHeight() {
  return Math.round((WIDTH * paper.clientHeight) / paper.clientWidth);
}

function drawing() {
  const height = sentHeight();
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height });
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, WIDTH, height);
  paint(context, WIDTH, INK);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, "image/png");
  });
}

function askForToken() {
  const dialog = find("ask");
  if (!dialog.open) dialog.showModal();
}

find("ask").addEventListener("close", () => {
  token = find("token").value;
  sessionStorage.setItem("token", token);
  describeModel();
  if (strokes.length || picture) ask();
});

async function describeModel() {
  const response = await fetch("model.json", { headers: token ? { Authorization: `Bearer ${token}` } : {} });
  if (response.status === 401) return askForToken();
  const described = await response.json();
  model = described.version;
  find("model").textContent = `Model ${model}${described.standing ? `, ${described.standing}` : ""}`;
  find("report").hidden = !described.report;
  find("accuracy").textContent = described.accuracy
    ? ` reads ${percent(described.accuracy)} of its test digits right`
    : "";
  if (find("bars").children.length !== described.classes.length) makeBars(described.classes);
  allowCorrections(described.why_not_corrected, described.classes);
  return undefined;
}

// Buttons and keys

find("undo").addEventListener("click", undo);
find("clear").addEventListener("click", clear);
find("steps").addEventListener("click", ({ target }) => {
  withSteps = !withSteps;
  target.setAttribute("aria-expanded", String(withSteps));
  target.textContent = withSteps ? "Hide the steps" : "Show each step";
  find("trace").hidden = !withSteps;
  if (withSteps) ask();
});
addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.shiftKey) {
    event.preventDefault();
    undo();
  } else if (event.key === "Escape" && document.activeElement === paper) clear();
});
new ResizeObserver(redraw).observe(paper);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
makeBars([..."0123456789"]);
offerCorrections(headers, tell);
showNothing();
describeModel();
