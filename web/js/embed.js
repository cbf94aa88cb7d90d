// A take or a film in the frame of another site. It stores nothing and asks the site for nothing but videos.

import { filmInMarkup } from "./player/film.js";
import { playerOf } from "./player/film-player.js";
import { FilmScreen } from "./player/film-screen.js";
import { SeekBar } from "./player/seek-bar.js";

const player = playerOf();
const film = filmInMarkup(player);
const { file } = film;
// After the last take it waits at the first one.
player.addEventListener("film-end", () => player.seek(0));
/** @type {import("./player/film-player.js").Opening} */
const opening = { isLazy: true, bar: SeekBar };
if (file) opening.screen = (video, start, listeners) => new FilmScreen(video, file, start, listeners);
player.open(film, opening);
