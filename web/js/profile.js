// The member's profile.

import "./site.js";
import "./profile/tabs.js";
