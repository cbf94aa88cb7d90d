internal import FoundationEssentials
internal import HTML
internal import HTTP
internal import People
internal import Text

extension PageDeclaration {
    static let join = page(
        .any, "/join/[code]", title: "You are invited", description: "Accept an invitation.", hasForms: true,
        isListed: false, features: ["SOC-02"], summary: "Accepting an invitation.", addresses: { _ in [] }
    ) { visit in
        // A form that was refused names the code itself.
        let code = visit.form.values["code"] ?? visit.context.parameter("code")
        return visit.site.join(try visit.sources.people.invitation(code, visit.context), visit.form)
    }
}

/// An invitation, as the one who opens its link sees it.
struct InvitationView: Sendable {
    /// What can be done with it.
    enum State: Sendable {
        /// The visitor has to sign in first.
        case visitor
        /// The member can accept it.
        case open
        /// It is the member's own.
        case own
        /// The member is not new, or has accepted one already.
        case closed
    }

    var code: String
    var username: String
    /// Whether the inviter has a page.
    var hasName = true
    var avatarURL: String
    var state: State
}

extension InvitationView {
    init(_ inviter: Inviter, code: String, standing: ReferralStanding?, member: UUID?) {
        self.init(
            code: code.lowercased(), username: inviter.username ?? "A member", hasName: inviter.username != nil,
            avatarURL: "/api/avatar/" + inviter.avatarSeed,
            state: inviter.id == member ? .own : standing.map { $0.canJoin ? .open : .closed } ?? .visitor)
    }
}

extension Site {
    /// Who invites, what this is, and how to accept. The code survives signing in as the place to return to.
    func join(_ view: InvitationView?, _ form: FormState) -> Page {
        guard let view else { return noInvitation }
        let title = "\(view.username) invites you to \(name)"
        return Page(
            .join, title: title,
            description: """
                Every day people shoot or generate one more take of eight seconds. Everyone votes. The best take is cut \
                into the film.
                """, path: "/join/\(view.code)", styles: ["person"], modules: ["join"],
            icons: [.infinity, .person, .share],
            main: """
                <main class="page page--narrow invited" id="main" data-join>
                  <div class="page-head"><div class="stack"><p class="who"><img class="avatar" src="\(view.avatarURL)" alt="" \
                width="64" height="64"></p><h1>\(title)</h1><p>Every day people shoot or generate one more take of \
                eight seconds. Everyone votes. The best take is cut into the film, and the next slot opens.</p></div></div>
                  \(form.outcome)
                  \(joinActions(view, form))
                </main>
                """)
    }

    private func joinActions(_ view: InvitationView, _ form: FormState) -> HTML {
        let action = "/api/referral"
        let inviter: HTML = HTML.when(
            view.hasName,
            "<a class=\"btn btn--ghost\" href=\"/u/\(view.username)\">See the takes of \(view.username)</a>")
        let look: HTML = "<a class=\"btn\" href=\"/dashboard\">Go to the arena</a>"
        switch view.state {
        case .visitor:
            let back = Text.percentEncode("/join/\(view.code)?accept")
            return """
                <p class="muted">It counts for \(view.username) once you have voted on two days within \(Referrals.days) \
                days. Watching and voting need no account.</p>
                <div class="row"><a class="btn btn--primary" href="/sign-in?next=\(back)">Sign in and accept</a>\(look)\
                \(inviter)</div>
                """
        case .open:
            return """
                <p class="muted">It counts for \(view.username) once you have voted on two days within \(Referrals.days) \
                days.</p>
                \(form.form(action, names: "row", "data-accept", content: """
                <input type="hidden" name="code" value="\(view.code)"><input type="hidden" name="next" value="/dashboard">\
                <button class="btn btn--primary" type="submit">Accept the invitation</button>\(look)\(inviter)
                """))
                """
        case .own:
            return """
                <p>This is your own invitation. Send its link to somebody else.</p>
                <div class="row"><button class="btn btn--primary with-js" type="button" data-share>\(Icon.share.image)\
                Share the link</button><a class="btn" href="/settings#invite">See your invitations</a></div>
                """
        case .closed:
            return """
                <p>Invitations are for accounts of the last \(Referrals.days) days that have not accepted another one. \
                You are in already.</p>
                <div class="row">\(look)\(inviter)</div>
                """
        }
    }

    private var noInvitation: Page {
        Page(
            .join, title: "No such invitation", path: "/join", isIndexed: false, status: 404,
            main: """
                <main class="page page--narrow" id="main">
                  <div class="page-head"><div><h1>This invitation does not exist</h1><p>The link may be mistyped, or the \
                member who sent it has left. You can join without one.</p></div></div>
                  <div class="row"><a class="btn btn--primary" href="/dashboard">Go to the arena</a>\
                <a class="btn" href="/sign-in">Sign in</a></div>
                </main>
                """)
    }
}
