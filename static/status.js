import init, { status } from "./pages.js";

await init();
status();
