// A take or a film in the frame of another site. It stores nothing and asks the site for nothing but videos.

import { filmInMarkup } from "./player/film.js";
import { playerOf } from "./player/film-player.js";
import { SeekBar } from "./player/seek-bar.js";

const player = playerOf();
// After the last take it waits at the first one.
player.addEventListener("film-end", () => player.seek(0));
player.open(filmInMarkup(player), { isLazy: true, bar: SeekBar });
