/* The calendar of patrols: tap fills the usual number, buttons fill days, weeks and the month,
   arrows move, a block from Excel or WPS is pasted day by day. Everything works without it. */
(function () {
  "use strict";

  var LONG_TOUCH = 500;
  var FIELDS = ["day_heads", "night_heads", "findings", "handled"];
  var table = document.querySelector("table[data-calendar]");
  if (!table) { return; }
  var form = table.closest("form");
  var undo = form.querySelector("[data-undo]");
  var sums = form.querySelector("[data-sums]");
  var before = null;

  function all(selector, within) {
    return Array.prototype.slice.call((within || table).querySelectorAll(selector));
  }

  function field(day, name) {
    return form.querySelector("[name=rows-" + day + "-" + name + "]");
  }

  function openDays(within) {
    return all("[data-day]", within).map(function (cell) { return Number(cell.dataset.day); });
  }

  function isEmpty(day) {
    return !field(day, "day_heads").value.trim() && !field(day, "night_heads").value.trim();
  }

  /* Shut days have no fields; what they show is read. */
  function read(day) {
    if (!field(day, "team")) { return null; }
    return {
      team: field(day, "team").value,
      day_heads: field(day, "day_heads").value.trim(),
      night_heads: field(day, "night_heads").value.trim()
    };
  }

  function usual() {
    return {
      team: form.querySelector("[name=usual_team]").value,
      day_heads: form.querySelector("[name=usual_day_heads]").value.trim(),
      night_heads: form.querySelector("[name=usual_night_heads]").value.trim()
    };
  }

  function set(box, value) {
    if (box.value === value) { return; }
    box.value = value;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function write(day, values) {
    Object.keys(values).forEach(function (name) { set(field(day, name), values[name]); });
  }

  function remember(days) {
    before = days.map(function (day) { return { day: day, values: read(day) }; });
    undo.hidden = before.length === 0;
  }

  function fill(days) {
    var values = usual();
    if (!values.day_heads && !values.night_heads) {
      form.querySelector("[name=usual_day_heads]").focus();
      return;
    }
    var empty = days.filter(isEmpty);
    remember(empty);
    empty.forEach(function (day) { write(day, values); });
  }

  function fillDay(day) {
    var now = read(day);
    var values = usual();
    var isUsual = now.day_heads === values.day_heads && now.night_heads === values.night_heads;
    if (isEmpty(day)) {
      fill([day]);
    } else if (isUsual) {  // a second tap takes it back
      remember([day]);
      write(day, { day_heads: "", night_heads: "" });
    } else {
      field(day, "day_heads").focus();
      field(day, "day_heads").select();
    }
  }

  /* As the server does it: today, else the first empty day behind a filled one. */
  function sameAsYesterday() {
    var days = openDays();
    var today = table.querySelector(".is-today[data-day]");
    var behind = days.filter(function (day) {
      return isEmpty(day) && days.some(function (other) { return other < day && !isEmpty(other); });
    });
    if (!behind.length) { return false; }
    var day = today && behind.indexOf(Number(today.dataset.day)) >= 0
      ? Number(today.dataset.day) : behind[0];
    var filled = days.filter(function (other) { return other < day && !isEmpty(other); });
    remember([day]);
    write(day, read(filled[filled.length - 1]));
    field(day, "day_heads").closest("td").scrollIntoView({ block: "nearest" });
    return true;
  }

  function onButton(event) {
    var button = event.target.closest("button");
    if (!button) { return; }
    if (button === undo) {
      before.forEach(function (each) { write(each.day, each.values); });
      undo.hidden = true;
      return;
    }
    if (button.dataset.lineOf !== undefined) {
      showLine(button.dataset.lineOf, true);
      return;
    }
    if (button.name !== "fill") { return; }
    var parts = button.value.split("-");
    if (button.value === "yesterday") {
      // A shut day before the first open one is known to the server alone.
      if (!sameAsYesterday()) { return; }
    } else if (parts[0] === "week") {
      fill(openDays(button.closest("tr")));
    } else if (parts[0] === "day") {
      fillDay(Number(parts[1]));
    } else {
      fill(openDays());
    }
    event.preventDefault();
  }

  /* Findings: a day's line is hidden until it is asked for or has something in it. */
  function lineOf(day) { return table.querySelector("[data-line='" + day + "']"); }

  function isWritten(line) {
    return all("input[type=text], input:not([type])", line).some(function (box) {
      return box.value.trim();
    }) || line.querySelector(".errorlist") || line.querySelector("[aria-invalid=true]");
  }

  function showLines(row) {
    var lines = all("[data-line]", row);
    var fixed = all(".pa-line:not([data-line])", row).length;
    row.hidden = !fixed && lines.every(function (line) { return line.hidden; });
  }

  function showLine(day, focus) {
    var line = lineOf(day);
    line.hidden = false;
    line.closest("details").open = true;
    showLines(line.closest("tr"));
    if (focus) { field(day, "findings").focus(); }
  }

  function hideEmptyLines() {
    all("[data-line-of]").forEach(function (button) { button.hidden = false; });
    all("[data-line]").forEach(function (line) { line.hidden = !isWritten(line); });
    all("tr[data-lines]").forEach(showLines);
  }

  /* A touch on an empty box fills the usual number without the keyboard; the second touch, or a
     long one, edits. The mouse and the keyboard type at once. */
  function watchTouch(box) {
    var timer = null;
    var isTouch = false;
    function shift() {
      return box.name.slice(-9) === "day_heads" ? "day_heads" : "night_heads";
    }
    function takes() { return isTouch && !box.value.trim() && usual()[shift()]; }
    box.addEventListener("pointerdown", function (event) {
      isTouch = event.pointerType === "touch";
      if (takes()) {
        timer = setTimeout(function () { timer = null; box.focus(); }, LONG_TOUCH);
      }
    });
    ["pointerup", "pointercancel"].forEach(function (name) {
      box.addEventListener(name, function () { clearTimeout(timer); });
    });
    box.addEventListener("mousedown", function (event) {
      if (!takes() || timer === null) { return; }
      event.preventDefault();
      var day = Number(box.closest("[data-day]").dataset.day);
      remember([day]);
      if (isEmpty(day)) { set(field(day, "team"), usual().team); }
      set(box, usual()[shift()]);
    });
  }

  function moveTo(day, name) {
    var box = day >= 0 && field(day, name);
    if (!box) { return false; }
    box.focus();
    if (box.select) { box.select(); }
    return true;
  }

  function onKey(event) {
    var box = event.target;
    var cell = box.closest("[data-day]");
    if (!cell || box.tagName !== "INPUT" || event.isComposing || event.altKey || event.ctrlKey ||
        event.metaKey) { return; }
    var day = Number(cell.dataset.day);
    var isDay = box === field(day, "day_heads");
    var name = isDay ? "day_heads" : "night_heads";
    var caret = box.selectionStart;
    var isWhole = caret === 0 && box.selectionEnd === box.value.length;
    var moved = false;
    if (event.key === "Enter") {
      moveTo(day + (event.shiftKey ? -1 : 1), name);
      moved = true;  // Enter never sends the month by accident
    } else if (event.key === "ArrowDown") {
      moved = moveTo(day + 7, name);
    } else if (event.key === "ArrowUp") {
      moved = moveTo(day - 7, name);
    } else if (event.key === "ArrowRight" && (isWhole || caret === box.value.length)) {
      moved = isDay ? moveTo(day, "night_heads") : moveTo(day + 1, "day_heads");
    } else if (event.key === "ArrowLeft" && (isWhole || caret === 0)) {
      moved = isDay ? moveTo(day - 1, "night_heads") : moveTo(day, "day_heads");
    }
    if (moved) { event.preventDefault(); }
  }

  function onPaste(event) {
    var box = event.target;
    var cell = box.closest("[data-day]");
    var text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!cell || !/[\t\n]/.test(text.replace(/\n$/, ""))) { return; }
    event.preventDefault();
    var day = Number(cell.dataset.day);
    var first = box === field(day, "day_heads") ? 0 : 1;
    window.PinganEntry.parse(text).forEach(function (values, down) {
      values.slice(0, FIELDS.length - first).forEach(function (value, right) {
        var target = field(day + down, FIELDS[first + right]);
        if (!target) { return; }
        window.PinganEntry.put(target, value);
        if (right + first > 1 && value.trim()) { showLine(day + down, false); }
      });
    });
  }

  function showSums() {
    var cells = all(".pa-day:not(.is-shut)");
    var filled = cells.filter(function (cell) { return !isEmpty(Number(cell.dataset.day)); });
    var keys = cells.filter(function (cell) { return cell.classList.contains("is-key"); });
    var covered = keys.filter(function (cell) { return filled.indexOf(cell) >= 0; });
    sums.textContent = "可填" + cells.length + "天，已填" + filled.length + "天" +
      (keys.length ? "；逢场和节假日" + covered.length + "/" + keys.length : "");
  }

  hideEmptyLines();
  showSums();
  all("[data-day] input").forEach(watchTouch);
  form.addEventListener("click", onButton);
  table.addEventListener("keydown", onKey);
  table.addEventListener("paste", onPaste);
  form.addEventListener("change", showSums);
}());
