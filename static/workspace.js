import init, { workspace } from "./pages.js";

await init();
workspace();
