internal import HTML
internal import People

extension Site {
    /// The member's invitation link, how many newcomers counted, and what the next tier pays. `startInvitations()` in
    /// `js/settings/invite.js` copies and shares the link.
    func inviteSection(_ standing: ReferralStanding) -> HTML {
        let link = "\(url)/join/\(standing.code)"
        let waiting: HTML = HTML.when(
            standing.waiting > 0,
            " \(Formatting.count(standing.waiting)) joined and can still count.")
        let counted =
            standing.counted == 0
            ? "No newcomer counts yet." : "\(Formatting.count(standing.counted, "newcomer counts", "newcomers count"))."
        return """
            <section class="setting" aria-labelledby="invite" data-invite><div><h2 id="invite">Invite people</h2>\
            <p class="muted">A newcomer counts who votes on two days within \(Referrals.days) days.</p></div>
            <div class="stack"><div class="field"><label for="invite-link">Your link</label><div class="row">\
            <input class="input grow" id="invite-link" value="\(link)" readonly spellcheck="false">\
            <button class="btn with-js" type="button" data-copy-link>Copy</button>\
            <button class="btn with-js" type="button" data-share-link>Share</button></div></div>
            <p data-invited><b>\(counted)</b>\(waiting)</p>
            \(nextTier(standing))
            <ol class="tiers">\(standing.tiers.map { tier($0, standing.counted) })</ol></div></section>
            """
    }

    private func nextTier(_ standing: ReferralStanding) -> HTML {
        guard let next = standing.next else {
            return "<p class=\"quiet\">You have reached every tier: \(Formatting.count(standing.earned)) XP.</p>"
        }
        let missing = next.needed - standing.counted
        return """
            <div class="stack stack--tight"><p>\(Formatting.count(missing, "more newcomer", "more newcomers")) to \
            \(next.name): \(Formatting.count(next.xp)) XP.</p>\
            <progress value="\(standing.counted)" max="\(next.needed)" \
            aria-label="\(standing.counted) of \(next.needed) for \(next.name)"></progress></div>
            """
    }

    private func tier(_ tier: ReferralTier, _ counted: Int) -> HTML {
        let reached: HTML = HTML.when(
            counted >= tier.needed, " <span class=\"badge\" data-tone=\"good\" data-shape=\"square\">Reached</span>")
        return """
            <li><b>\(tier.name)</b> <span class="quiet num">\
            \(Formatting.count(tier.needed, "newcomer", "newcomers")) · \(Formatting.count(tier.xp)) XP</span>\(reached)</li>
            """
    }
}
