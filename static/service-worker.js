/* Entry without a network. Keeps the look of the site and the tables that are filled in the field
   (patrols, sweeps, sheets of inspections) as they were last seen; a table that is sent while there is no network
   waits in this device and is sent later by offline.js. Nothing else is ever kept. */
"use strict";

const PAGES = "pingan-pages";
const ASSETS = "pingan-assets";
const OFFLINE = "/offline";
const TABLE = /^\/(?:returns\/\d+\/(?:patrol|sweep)|inspections\/\d{4}-\d\d\/\d+\/(?:open|secret))\/$/;
const PATIENCE = 8000;
const LOST = [502, 503, 504];

function database() {
  return new Promise(function (resolve, reject) {
    const opening = indexedDB.open("pingan", 1);
    opening.onupgradeneeded = function () {
      opening.result.createObjectStore("queue", { keyPath: "path" });
    };
    opening.onsuccess = function () { resolve(opening.result); };
    opening.onerror = function () { reject(opening.error); };
  });
}

async function enqueue(path, body) {
  const values = new URLSearchParams(body);
  ["csrfmiddlewaretoken", "save", "stay"].forEach(function (name) { values.delete(name); });
  const opened = await database();
  await new Promise(function (resolve, reject) {
    const change = opened.transaction("queue", "readwrite");
    change.objectStore("queue").put({
      path: path,
      writer: values.get("writer"),
      body: values.toString(),
      at: new Date().toISOString(),
      problem: ""
    });
    change.oncomplete = resolve;
    change.onerror = function () { reject(change.error); };
  });
  opened.close();
}

async function asset(request) {
  const cache = await caches.open(ASSETS);
  const kept = await cache.match(request);
  if (kept && /\.[0-9a-f]{12}\./.test(request.url)) { return kept; }
  try {
    const answer = await fetch(request);
    if (answer.ok) { await cache.put(request, answer.clone()); }
    return answer;
  } catch (error) {
    if (kept) { return kept; }
    throw error;
  }
}

function inTime(promise) {
  return Promise.race([promise, new Promise(function (_resolve, reject) {
    setTimeout(function () { reject(new Error("slow")); }, PATIENCE);
  })]);
}

/* The network first; what was seen last where there is none. */
async function page(request) {
  const address = new URL(request.url);
  const isTable = TABLE.test(address.pathname);
  const cache = await caches.open(PAGES);
  const kept = isTable ? await cache.match(address.pathname) : undefined;
  try {
    const answer = await (kept ? inTime(fetch(request)) : fetch(request));
    if (isTable && !address.search && answer.ok && !answer.redirected) {
      await cache.put(address.pathname, answer.clone());
    }
    if (kept && LOST.indexOf(answer.status) >= 0) { return kept; }
    return answer;
  } catch (error) {
    return kept || (await cache.match(OFFLINE)) || Response.error();
  }
}

async function send(request) {
  const body = await request.clone().text();
  const path = new URL(request.url).pathname;
  try {
    const answer = await fetch(request);
    if (LOST.indexOf(answer.status) < 0) { return answer; }
  } catch (error) {
    // No network: below.
  }
  if (!new URLSearchParams(body).has("fill")) { await enqueue(path, body); }
  return Response.redirect(path, 303);
}

async function look(addresses) {
  const cache = await caches.open(PAGES);
  for (const path of addresses.filter(function (each) { return TABLE.test(each); })) {
    const answer = await fetch(path, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) { await cache.put(path, answer); }
  }
}

async function keepAssets(addresses) {
  const cache = await caches.open(ASSETS);
  let isNew = false;
  for (const address of addresses) {
    if (!(await cache.match(address))) {
      await cache.add(address);
      isNew = true;
    }
  }
  if (isNew) { await (await caches.open(PAGES)).add(OFFLINE); }  // it wears the same clothes
}

self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(PAGES).then(function (cache) { return cache.add(OFFLINE); }));
  self.skipWaiting();
});

self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

self.addEventListener("message", function (event) {
  const work = [];
  if (event.data.assets) { work.push(keepAssets(event.data.assets)); }
  if (event.data.tables) { work.push(look(event.data.tables)); }
  event.waitUntil(Promise.all(work).catch(function () { return null; }));
});

self.addEventListener("fetch", function (event) {
  const address = new URL(event.request.url);
  if (address.origin !== self.location.origin) { return; }
  if (event.request.mode === "navigate") {
    if (event.request.method === "GET") {
      event.respondWith(page(event.request));
    } else if (event.request.method === "POST" && TABLE.test(address.pathname)) {
      event.respondWith(send(event.request));
    }
  } else if (event.request.method === "GET" && address.pathname.startsWith("/static/")) {
    event.respondWith(asset(event.request));
  }
});
