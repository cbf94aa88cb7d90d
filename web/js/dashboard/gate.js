// Whether votes are taken, and from whom.

import { isOn } from "../core/features.js";
import { session } from "../core/session.js";

/** @param {import("./feed.js").Feed} feed */
export async function knowGate(feed) {
  const [isVotingOn, isForMembers, isPowerOn, user] =
    await Promise.all([isOn("voting_enabled"), isOn("require_auth_voting", false), isOn("power_votes_enabled"), session()]);
  feed.gate = !isVotingOn ? "off" : isForMembers && !user ? "members" : null;
  feed.isPowerOn = isPowerOn;
}
