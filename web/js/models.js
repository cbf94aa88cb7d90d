// The models, which members can save. The videos of one play under a pointer.

import "./site.js";
import { startFavorites } from "./arena/favorites.js";
import { startPreviews } from "./core/hover-preview.js";

startFavorites();
startPreviews();
