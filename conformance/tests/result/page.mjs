// The page of results in headless Chromium: filters, rows, the keyboard, comparison, dark mode, phones, paper; nothing on the
// console, nothing on the network, and nothing that a target said becomes markup.
// Usage: node page.mjs PAGE.html SCREENSHOTS, with playwright-core in NODE_PATH or beside the working directory.
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import process from "node:process";

const require = createRequire(path.join(process.env.NODE_PATH || process.cwd(), "x.js"));
const { chromium } = require("playwright-core");
const [page_file, folder] = process.argv.slice(2);
const problems = [];
function expect(truth, what) {
  if (!truth) problems.push(what);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox",
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync"] });

async function open(options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(120000); // only a limit: a machine with other work takes long
  page.on("console", (message) => problems.push("console: " + message.text()));
  page.on("pageerror", (error) => problems.push("error: " + error.message));
  page.on("dialog", (dialog) => { problems.push("a dialog: " + dialog.message()); dialog.dismiss(); });
  page.on("request", (request) => { if (!/^(file|data):/.test(request.url())) problems.push("request: " + request.url()); });
  await page.goto(pathToFileURL(page_file).href);
  return page;
}
const shot = (page, name) => page.screenshot({ path: path.join(folder, name + ".png") });
const visible = (page) => page.locator("#spacer .row").count();
async function all(page) {
  return Number((await page.locator("#shown").textContent()).split(" ")[0]);
}

let page = await open({});
const loaded = await page.evaluate(() => performance.timing.loadEventEnd - performance.timing.navigationStart);
const total = await all(page);
expect(total > 0, "no row is shown");
expect(await visible(page) < 200, "the list has an element for every row");
await shot(page, "rows");

// filters
await page.fill("#search", "pause");
const paused = await all(page);
expect(paused > 0 && paused < total, "the filter by text shows " + paused + " of " + total);
await page.fill("#search", "");
await page.selectOption("#strength", "documented");
expect(await all(page) < total, "the filter by strength does nothing");
await page.selectOption("#strength", "");
const chip = page.locator("#counts button").first();
await chip.click();
expect(await chip.getAttribute("aria-pressed") === "true", "a count is not pressed when it filters");
await chip.click();
expect(await all(page) === total, "filters do not go away");

// a row, by mouse and by keyboard
await page.fill("#search", "event");
await page.locator("#spacer .row").first().click();
expect(await page.locator("#detail").isVisible(), "a click opens no row");
expect(await page.locator("#detail dd").count() > 3, "a row says little");
await shot(page, "row");
await page.keyboard.press("Escape");
expect(!await page.locator("#detail").isVisible(), "Escape does not close a row");
await page.keyboard.press("/");
expect(await page.evaluate(() => document.activeElement.id) === "search", "/ does not reach the filter");
await page.keyboard.press("ArrowDown");
await page.keyboard.press("ArrowDown");
await page.keyboard.press("Enter");
expect(await page.locator("#detail").isVisible(), "Enter opens no row");
const second = await page.locator("#detail h2").first().textContent();
expect(second === await page.locator('.row[aria-selected="true"] .id').textContent(), "another row opens than is selected");
await page.keyboard.press("Escape");
expect(await page.evaluate(() => document.activeElement.id) === "scroll", "the list has lost the focus");
await page.fill("#search", "");
await page.locator("#scroll").focus();
await page.keyboard.press("End");
await page.keyboard.press("Enter");
expect(await page.locator("#detail").isVisible(), "the last row does not open");
await page.keyboard.press("Escape");

// the other views
for (const name of ["functions", "states", "compare", "trend", "environment"]) {
  const tab = page.locator("#tab-" + name);
  if (!await tab.count()) {
    expect(name === "compare" || name === "trend", "there is no view " + name);
    continue;
  }
  await tab.click();
  expect(await page.locator("#view-" + name).isVisible(), "the view " + name + " does not show");
  expect(!await page.locator("#view-rows").isVisible(), "the rows stay in sight beside " + name);
  expect((await page.locator("#view-" + name).textContent()).length > 40, "the view " + name + " is empty");
  await shot(page, name);
}
await page.locator("#tab-functions").click();
await page.locator("#view-functions button.link").first().click();
expect(await all(page) < total, "a function does not filter the rows");
await page.locator("#tab-rows").focus();
await page.keyboard.press("ArrowRight");
expect(await page.locator("#tab-functions").getAttribute("aria-selected") === "true", "arrow keys do not move between views");

// what a target said is text
expect(await page.locator("img, iframe, object, embed, a[href], main script, aside script").count() === 0, "there is foreign markup");
expect(await page.evaluate(() => window.hostile === undefined), "what a target said was run");
await page.emulateMedia({ media: "print" });
await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
expect(await page.locator("#print h2").isVisible() && !await page.locator("#filters").isVisible(), "paper shows the screen");
await shot(page, "print");

page = await open({ colorScheme: "dark" });
const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
expect(dark !== "rgb(255, 255, 255)", "dark mode is white");
await shot(page, "dark");
page = await open({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), "on a phone the page is wider than the screen");
await page.locator("#spacer .row").first().tap();
expect(await page.locator("#detail").isVisible(), "a tap opens no row");
await shot(page, "phone-row");
await page.locator("#detail .close").tap();
await shot(page, "phone");

page = await open({});
const times = await page.evaluate(() => {
  const start = performance.now();
  const search = document.getElementById("search");
  search.value = "a";
  search.dispatchEvent(new Event("input"));
  return performance.now() - start;
});
await browser.close();
console.log(total + " rows; the page is there after " + loaded + " ms, a filter takes " + times.toFixed(1) + " ms");
for (const problem of problems) console.log("not as expected: " + problem);
process.exit(problems.length ? 1 : 0);
