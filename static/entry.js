/* Entry tables: arrows and Enter move, a block from Excel or WPS is pasted cell by cell,
   full-width digits become half-width, leaving with unsaved cells asks first.
   Everything works without this script; it only saves keystrokes. */
(function () {
  "use strict";

  var CELL = "input:not([type=hidden]):not([type=checkbox]), select, textarea";

  function cellsOf(row) {
    return Array.prototype.slice.call(row.querySelectorAll(CELL));
  }

  /* The calendar of patrols moves and pastes by days: patrol.js. */
  function isGrid(cell) {
    return Boolean(cell.closest("tr")) && !cell.closest("[data-calendar]");
  }

  function rowsOf(table) {
    return Array.prototype.slice.call(table.tBodies[0].rows);
  }

  function placeOf(cell) {
    var row = cell.closest("tr");
    var table = row.closest("table");
    return { rows: rowsOf(table), row: rowsOf(table).indexOf(row), column: cellsOf(row).indexOf(cell) };
  }

  function focusAt(place, row, column) {
    var target = place.rows[row] && cellsOf(place.rows[row])[column];
    if (!target) { return false; }
    target.focus();
    if (target.select) { target.select(); }
    return true;
  }

  function atEdge(cell, forward) {
    if (typeof cell.selectionStart !== "number") { return false; }
    var whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    return whole || (cell.selectionStart === cell.selectionEnd &&
      cell.selectionStart === (forward ? cell.value.length : 0));
  }

  function onKey(event) {
    var cell = event.target;
    if (!cell.matches(CELL) || !isGrid(cell) || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) { return; }
    var place = placeOf(cell);
    var isText = cell.tagName === "TEXTAREA";
    var isPicker = cell.tagName === "SELECT" || cell.type === "date";
    var moved = false;
    if (event.key === "Enter" && !isText) {
      moved = focusAt(place, place.row + (event.shiftKey ? -1 : 1), place.column);
      event.preventDefault();  // Enter never sends the whole month by accident
    } else if (event.key === "ArrowDown" && !isText && !isPicker) {
      moved = focusAt(place, place.row + 1, place.column);
    } else if (event.key === "ArrowUp" && !isText && !isPicker) {
      moved = focusAt(place, place.row - 1, place.column);
    } else if (event.key === "ArrowRight" && !isPicker && atEdge(cell, true)) {
      moved = focusAt(place, place.row, place.column + 1);
    } else if (event.key === "ArrowLeft" && !isPicker && atEdge(cell, false)) {
      moved = focusAt(place, place.row, place.column - 1);
    }
    if (moved) { event.preventDefault(); }
  }

  /* Tab-separated text with quoted cells: "a ""b""\nc" is one cell. */
  function parse(text) {
    var rows = [[]];
    var cell = "";
    var quoted = false;
    for (var i = 0; i < text.length; i += 1) {
      var letter = text[i];
      if (quoted) {
        if (letter === '"' && text[i + 1] === '"') { cell += '"'; i += 1; }
        else if (letter === '"') { quoted = false; }
        else { cell += letter; }
      } else if (letter === '"' && cell === "") { quoted = true; }
      else if (letter === "\t") { rows[rows.length - 1].push(cell); cell = ""; }
      else if (letter === "\n") { rows[rows.length - 1].push(cell); cell = ""; rows.push([]); }
      else if (letter !== "\r") { cell += letter; }
    }
    rows[rows.length - 1].push(cell);
    var last = rows[rows.length - 1];
    if (last.length === 1 && last[0] === "") { rows.pop(); }
    return rows;
  }

  function put(cell, text) {
    if (cell.disabled) { return; }
    var value = text.trim();
    if (cell.tagName === "SELECT") {
      var options = Array.prototype.slice.call(cell.options);
      var match = options.filter(function (option) { return option.text.trim() === value; })[0];
      if (match) { cell.value = match.value; }
    } else if (cell.type === "date") {
      var parts = value.replace(/[年月\/.]/g, "-").replace("日", "").split("-");
      if (parts.length === 3) {
        cell.value = parts[0] + "-" + parts[1].padStart(2, "0") + "-" + parts[2].padStart(2, "0");
      }
    } else {
      cell.value = cell.hasAttribute("data-count") ? halfWidth(value) : value;
    }
    cell.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function onPaste(event) {
    var cell = event.target;
    var text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!cell.matches(CELL) || !isGrid(cell) || !/[\t\n]/.test(text.replace(/\n$/, ""))) { return; }
    event.preventDefault();
    var place = placeOf(cell);
    parse(text).forEach(function (values, down) {
      var row = place.rows[place.row + down];
      if (!row) { return; }
      var cells = cellsOf(row);
      values.forEach(function (value, right) {
        if (cells[place.column + right]) { put(cells[place.column + right], value); }
      });
    });
  }

  function halfWidth(text) {
    return text.normalize("NFKC").replace(/[,\s]/g, "");
  }

  function showOpen(row) {
    var shown = row.querySelector("[data-open]");
    if (!shown) { return; }
    var numbers = Array.prototype.map.call(row.querySelectorAll("[data-count]"), function (cell) {
      return Number(halfWidth(cell.value)) || 0;
    });
    var solved = numbers.slice(1).reduce(function (sum, number) { return sum + number; }, 0);
    shown.textContent = numbers[0] ? String(numbers[0] - solved) : "";
  }

  window.PinganEntry = { parse: parse, put: put };

  Array.prototype.forEach.call(document.querySelectorAll("form[data-entry]"), function (form) {
    var isDirty = false;
    form.addEventListener("keydown", onKey);
    form.addEventListener("paste", onPaste);
    form.addEventListener("change", function (event) {
      isDirty = true;
      if (event.target.hasAttribute("data-count")) {
        event.target.value = halfWidth(event.target.value);
        if (event.target.closest("tr")) { showOpen(event.target.closest("tr")); }
      }
    });
    form.addEventListener("submit", function () { isDirty = false; });
    window.addEventListener("beforeunload", function (event) {
      if (isDirty) { event.preventDefault(); event.returnValue = ""; }
    });
  });
}());
