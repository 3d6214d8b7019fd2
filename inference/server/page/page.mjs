// The page on which a person draws a digit. One request at a time is under way; the newest drawing wins.

const WIDTH = 320; // pixels of the picture that is sent
const INK = "#141414";
const find = (id) => document.getElementById(id);
const paper = find("paper");
const strokes = []; // each {width, points: [x, y, pressure]}, coordinates as shares of the sheet's width
let picture = null; // {file, bitmap} of a picture that was opened instead of drawn
let pointer = null; // the one that draws
let epoch = 0; // counts drawings: an answer for one that was cleared is not shown
let asking = false;
let stale = false;
let withSteps = false;
let model = "";
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
    const scale = Math.min(width / picture.bitmap.width, height / picture.bitmap.height);
    const [w, h] = [picture.bitmap.width * scale, picture.bitmap.height * scale];
    context.drawImage(picture.bitmap, (width - w) / 2, (height - h) / 2, w, h);
  }
  paint(context, width, getComputedStyle(document.body).color);
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
  requestAnimationFrame(redraw);
  if (empty) showNothing();
  else ask();
}

function reset() {
  strokes.length = 0;
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

addEventListener("paste", ({ clipboardData }) => open(clipboardData.files[0]));

for (const kind of ["dragover", "dragleave", "drop"]) {
  addEventListener(kind, (event) => {
    if (event.target.closest?.("dialog")) return;
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
  const headers = { "Content-Type": "application/octet-stream", ...(token && { Authorization: `Bearer ${token}` }) };
  const response = await fetch(`predict?show=${withSteps && pointer === null ? "steps" : "seen"}`, {
    method: "POST",
    body,
    headers,
  });
  const answer = await response.json().catch(() => ({ error: `status ${response.status}` }));
  if (response.status === 401) return askForToken();
  if (response.status === 503) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    stale = true;
    return undefined;
  }
  tell(answer.decision ? "" : answer.error);
  if (asked === epoch && answer.decision) show(answer);
  return undefined;
}

function drawing() {
  const height = Math.round((WIDTH * paper.clientHeight) / paper.clientWidth);
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

// Showing

const percent = (share) => (share >= 0.9995 ? ">99.9 %" : `${(share * 100).toFixed(1)} %`);

function show(answer) {
  const guess = answer.guess ?? "–";
  const unsure = answer.decision !== "answered";
  find("answer").dataset.decision = answer.decision;
  find("digit").textContent = guess;
  const sure = answer.confidence === null ? "" : percent(answer.confidence);
  const reason = answer.reason ?? "";
  const perhaps = answer.guess ? `Perhaps ${guess} (${sure}), then ${answer.runner_up}` : "";
  find("sure").textContent = unsure ? answer.decision[0].toUpperCase() + answer.decision.slice(1) : `${sure} sure`;
  find("why").textContent = unsure
    ? [`${reason[0]?.toUpperCase() ?? ""}${reason.slice(1)}.`, perhaps && `${perhaps}.`].filter(Boolean).join(" ")
    : `Next likely: ${answer.runner_up}`;
  for (const row of find("bars").children) {
    const share = answer.probabilities[row.dataset.name] ?? 0;
    row.classList.toggle("best", row.dataset.name === answer.guess);
    row.querySelector(".bar").style.width = `${share * 100}%`;
    row.querySelector(".share").textContent = percent(share);
  }
  showSeen(answer);
  if (answer.model !== model) describeModel();
  if (pointer === null && !stale) find("announced").textContent = unsure ? `Unsure: ${reason}. ${perhaps}` : `${guess}, ${sure}`;
}

function showSeen(answer) {
  find("seen").hidden = !answer.seen;
  find("blind").hidden = Boolean(answer.seen);
  if (answer.seen) {
    find("seen").src = answer.seen;
    find("seen").alt = `The digit as the model sees it: ${answer.guess ?? "nothing"}`;
    const done = answer.steps.join(", ");
    find("done").textContent = done ? `${done[0].toUpperCase()}${done.slice(1)}.` : "It has the form already: nothing was done.";
  }
  if (!answer.trace) return;
  find("trace").replaceChildren(
    ...answer.trace.map(({ name, picture: source }) => {
      const [row, image, caption] = ["li", "img", "span"].map((tag) => document.createElement(tag));
      Object.assign(image, { src: source, alt: "" });
      caption.textContent = name;
      row.append(image, caption);
      return row;
    }),
  );
}

function showNothing() {
  find("answer").dataset.decision = "none";
  find("digit").textContent = "–";
  find("sure").textContent = "Nothing drawn yet";
  find("why").textContent = find("announced").textContent = "";
  find("seen").hidden = true;
  find("blind").hidden = false;
  find("trace").replaceChildren();
  find("done").textContent = "28 by 28 pixels, drawn anew from your picture.";
  for (const row of find("bars").children) {
    row.classList.remove("best");
    row.querySelector(".bar").style.width = "0";
    row.querySelector(".share").textContent = "";
  }
  tell("");
}

function tell(text) {
  find("notice").textContent = text;
  find("notice").hidden = !text;
}

function makeBars(names) {
  find("bars").replaceChildren(
    ...names.map((name) => {
      const [row, label, track, bar, share] = ["li", "span", "span", "span", "span"].map((tag) => document.createElement(tag));
      row.dataset.name = label.textContent = name;
      [track.className, bar.className, share.className] = ["track", "bar", "share"];
      track.append(bar);
      row.append(label, track, share);
      return row;
    }),
  );
}

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
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.shiftKey) {
    event.preventDefault();
    undo();
  } else if (event.key === "Escape" && document.activeElement === paper) clear();
});
new ResizeObserver(redraw).observe(paper);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
makeBars([..."0123456789"]);
showNothing();
describeModel();
