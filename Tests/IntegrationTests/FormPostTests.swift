internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Postgres
internal import TestSupport
internal import Testing

/// Forms as a browser without JavaScript posts them.
@Suite("Forms without JavaScript", .requiresPostgres)
struct FormPostTests {
    /// Reads a page and posts one of its forms with the token that it holds.
    private func submit(
        _ who: Visitor, from page: String, to action: String, _ fields: String, token: String? = nil
    ) throws -> Answer {
        let document = text(try who.get(page))
        #expect(document.contains("method=\"post\" action=\"\(action)\""), "\(page) has no form for \(action)")
        let found = document.firstMatch(of: /name="csrfToken" value="([A-Za-z0-9_-]{54})"/)
        let token = try token ?? String(#require(found?.1))
        let body = "csrfToken=\(token)&\(fields)"
        return try who.sendBytes(.post, action, Array(body.utf8), type: "application/x-www-form-urlencoded")
    }

    private func text(_ answer: Answer) -> String { String(decoding: answer.body, as: UTF8.self) }

    @Test("WEB-01 SEC-01 OPS-08 a visitor writes to the operator", arguments: Depth.allCases)
    func contact(depth: Depth) throws {
        try Site.run(depth, settings: ["RATE_LIMITS": Site.generousLimits + ",contact=100"]) { site in
            let visitor = site.visitor()
            let good = "name=Bo&email=bo%40example.org&subject=&message=How+do+I+send%0D%0Aa+take%3F"
            let sent = try submit(visitor, from: "/contact", to: "/api/contact", good)
            #expect(sent.status == 303 && sent.headers["Location"] == "/contact?done=message-sent")
            #expect(text(try visitor.get("/contact?done=message-sent")).contains("Message sent."))
            let admin = try site.visitor().signIn("ida", isAdmin: true)
            let kept = try admin.get("/api/admin/messages").json["messages"]?[0]
            #expect(kept?["message"] == "How do I send\na take?" && kept?["subject"] == "")

            let bad = try submit(
                visitor, from: "/contact", to: "/api/contact", "name=Bo&email=bo%40example.org&message=%3Cb%3Eshort")
            #expect(bad.status == 422 && bad.headers["Content-Type"] == "text/html; charset=utf-8")
            #expect(bad.headers["Cache-Control"] == "private, no-store")
            for part in [
                "value=\"bo@example.org\"", "&lt;b&gt;short</textarea>", "Write at least 10 characters.",
                "aria-invalid=\"true\"", "Correct the marked fields.",
            ] {
                #expect(text(bad).contains(part), "\(part)")
            }
            let forged = try submit(visitor, from: "/contact", to: "/api/contact", good, token: "forged")
            #expect(forged.status == 403 && text(forged).contains("value=\"bo@example.org\""))
            // The page that comes back holds a good token.
            #expect(text(forged).contains(/name="csrfToken" value="[A-Za-z0-9_-]{54}"/))
            let elsewhere = try visitor.sendBytes(
                .post, "/api/contact", Array(good.utf8), type: "application/x-www-form-urlencoded",
                headers: ["Origin": "https://evil.example"])
            #expect(elsewhere.status == 403)
            let plain = try visitor.sendBytes(.post, "/api/contact", Array(good.utf8), type: "text/plain")
            #expect(plain.status == 403 || plain.status == 415)
            let large = try submit(
                visitor, from: "/contact", to: "/api/contact", good + String(repeating: "a", count: 70_000))
            #expect(large.status == 413)
            let count: Int = try site.database.database(as: .superuser).one("select count(*) from contact_messages")
            #expect(count == 1)
        }
    }

    @Test("AUTH-01 a visitor asks for a sign-in link; the way on is kept")
    func link() throws {
        let settings = ["MAIL_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "film@example.org"]
        try Site.run(.inProcess, settings: settings) { site in
            let visitor = site.visitor()
            let page = "/sign-in?next=/story"
            let sent = try submit(visitor, from: page, to: "/api/auth/email", "email=bo%40example.org&next=%2Fstory")
            #expect(sent.status == 303 && sent.headers["Location"] == "/sign-in?done=link-requested")
            let jobs: Int = try site.database.database(as: .superuser).one(
                "select count(*) from jobs where payload::text like '%/story%' or kind like '%link%'")
            #expect(jobs == 1)
            let bad = try submit(visitor, from: page, to: "/api/auth/email", "email=bo&next=%2Fstory")
            #expect(bad.status == 422 && text(bad).contains("Enter an e-mail address"))
            #expect(text(bad).contains("name=\"next\" value=\"/story\""))
        }
    }

    @Test("AUTH-05 a member adds an address; an old sign-in leads to a new one and back")
    func address() throws {
        let settings = ["MAIL_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "film@example.org"]
        try Site.run(.inProcess, settings: settings) { site in
            let ida = try site.visitor().signIn("ida")
            let action = "/api/auth/email/link"
            let sent = try submit(ida, from: "/settings", to: action, "email=ida%40new.example")
            #expect(sent.status == 303 && sent.headers["Location"] == "/settings?done=address-requested")
            #expect(text(try ida.get("/settings?done=address-requested")).contains("Check your inbox."))
            let bad = try submit(ida, from: "/settings", to: action, "email=ida")
            #expect(bad.status == 422 && text(bad).contains("Enter an e-mail address"))
            let superuser = site.database.database(as: .superuser)
            try superuser.execute("update sessions set authenticated_at = authenticated_at - interval '2 hours'")
            try superuser.execute("select announce_change('sessions', 'all')")
            #expect(eventually { (try? ida.send(.post, action, ["email": "ida"]))?.code == "sign_in_again" })
            let old = try submit(ida, from: "/settings", to: action, "email=ida%40new.example")
            #expect(old.status == 403 && text(old).contains("href=\"/sign-in?next=/settings&amp;again=1\""))
            #expect(text(old).contains("value=\"ida@new.example\""))
        }
    }

    @Test("AUTH-03 a new member chooses a name, and is led on to a page of this site only")
    func onboarding() throws {
        try Site.run(.inProcess) { site in
            let member = try site.visitor().signIn("mira")
            let owner = site.database.database(as: .owner)
            try owner.execute("update users set username = null where username = 'mira'")
            let fresh = try site.visitor().signIn("nova")
            try owner.execute("update users set username = null where username = 'nova'")
            let action = "/api/user/create-profile"
            let page = "/onboarding?next=/upload"
            let young = try submit(fresh, from: page, to: action, "username=nova_2&ageConfirmed=false&next=%2Fupload")
            #expect(young.status == 422 && text(young).contains("value=\"nova_2\""))
            let malformed = try submit(
                fresh, from: page, to: action, "username=No+Name&ageConfirmed=false&ageConfirmed=true")
            #expect(malformed.status == 422 && text(malformed).contains("Use 3 to 20 lowercase letters"))
            let done = try submit(
                fresh, from: page, to: action, "username=nova_2&ageConfirmed=false&ageConfirmed=true&next=%2Fupload")
            #expect(done.status == 303 && done.headers["Location"] == "/upload")
            let away = try submit(
                member, from: page, to: action, "username=mira_2&ageConfirmed=true&next=%2F%2Fevil.example")
            #expect(away.status == 303 && away.headers["Location"] == "/dashboard")
        }
    }

    @Test("PROF-01 AUTH-02 a member changes settings and signs out", arguments: Depth.allCases)
    func settings(depth: Depth) throws {
        try Site.run(depth) { site in
            let mira = try site.visitor().signIn("mira")
            let other = try site.visitor().signIn("mira")
            let saved = try submit(
                mira, from: "/settings", to: "/api/user/settings", "sound=false&sound=true&motion=false")
            #expect(saved.status == 303 && saved.headers["Location"] == "/settings?done=saved")
            let page = text(try mira.get("/settings?done=saved"))
            #expect(page.contains("Your changes are saved."))
            #expect(
                page.contains(/name="sound" value="true" checked/)
                    && !page.contains(/name="motion" value="true" checked/))
            let taken = try submit(mira, from: "/settings", to: "/api/user/settings", "username=admin")
            #expect(taken.status == 422 && text(taken).contains("This username is reserved. Choose another one."))
            let renamed = try submit(mira, from: "/settings", to: "/api/user/settings", "username=mira_2")
            #expect(renamed.status == 303)
            #expect(text(try mira.get("/settings")).contains("value=\"mira_2\""))

            let ended = try submit(mira, from: "/settings", to: "/api/auth/sessions", "others=true")
            #expect(ended.status == 303 && ended.headers["Location"] == "/settings?done=signed-out-elsewhere")
            #expect(try mira.get("/api/auth/sessions").json["sessions"]?[1] == nil)
            _ = other
            let out = try submit(mira, from: "/settings", to: "/api/auth/signout", "")
            #expect(out.status == 303 && out.headers["Location"] == "/sign-in?done=signed-out")
            #expect(mira.cookies["session"] == nil)
            #expect(text(try mira.get("/sign-in?done=signed-out")).contains("You are signed out."))
            // A form of a session that has ended leads to the sign-in page.
            let late = try mira.sendBytes(
                .post, "/api/user/settings", Array("csrfToken=x&sound=true".utf8),
                type: "application/x-www-form-urlencoded")
            #expect(late.status == 303 && late.headers["Location"] == "/sign-in?next=/settings")
        }
    }

    @Test(
        "SOC-03 WEB-01 a visitor reports a clip, and its creator reads the decision and appeals",
        arguments: Depth.allCases)
    func reports(depth: Depth) throws {
        try FilmSite.run(depth, settings: ["RATE_LIMITS": Site.generousLimits + ",contact=100"]) { film in
            let clip = try film.voting(["Loud <1>"]).clips[0]
            let (page, action) = ("/report?clip=\(clip)", "/api/report")
            let document = text(try film.visitor.get(page))
            #expect(
                document.contains("Report “Loud &lt;1&gt;”") && document.contains("name=\"clipId\" value=\"\(clip)\""))
            let bad = try submit(film.visitor, from: page, to: action, "clipId=\(clip)&description=%3Cb%3E")
            #expect(bad.status == 422 && text(bad).contains("&lt;b&gt;</textarea>"))
            #expect(text(bad).contains("Report “Loud &lt;1&gt;”"), "the form knows what it is about")
            let empty = try submit(film.visitor, from: page, to: action, "clipId=\(clip)&reason=other&description=")
            #expect(empty.status == 422 && text(empty).contains("Say in your own words what is wrong."))
            let sent = try submit(film.visitor, from: page, to: action, "clipId=\(clip)&reason=spam&description=")
            #expect(sent.status == 303 && sent.headers["Location"] == "/report?done=report-sent")
            #expect(text(try film.visitor.get("/report?done=report-sent")).contains("Report sent."))
            #expect(text(try film.visitor.get("/report?user=mira_okafor")).contains("Report mira_okafor"))
            #expect(text(try film.visitor.get("/report?clip=nonsense")).contains("Nothing to report here"))

            _ = try film.admin.send(.post, "/api/admin/reject", ["clipId": .string(clip), "reason": "It <hurts>"])
            let clips = text(try film.member.get("/profile/clips"))
            #expect(clips.contains("href=\"/profile/decisions\"") && clips.contains("Sci-Fi · AI-generated"))
            let own = text(try film.member.get("/profile/decisions"))
            #expect(own.contains("It &lt;hurts&gt;") && own.contains("An admin decided this, no program."))
            let id = try #require(own.firstMatch(of: /name="decisionId" value="([0-9a-f-]{36})"/)?.1)
            let appeal = "/api/profile/decisions"
            let blank = try submit(film.member, from: "/profile/decisions", to: appeal, "decisionId=\(id)&text=")
            #expect(blank.status == 422 && text(blank).contains("aria-invalid=\"true\""))
            let done = try submit(
                film.member, from: "/profile/decisions", to: appeal, "decisionId=\(id)&text=It+is+music")
            #expect(done.status == 303 && done.headers["Location"] == "/profile/decisions?done=appeal-sent")
            #expect(text(try film.member.get("/profile/decisions")).contains("It is music"))
        }
    }

    @Test("GEN-08 WEB-01 a member accepts the terms and goes back to where that was needed", arguments: Depth.allCases)
    func terms(depth: Depth) throws {
        try Site.run(depth) { site in
            let mira = try site.visitor().signIn("mira")
            let (page, action) = ("/terms/accept?next=/upload", "/api/terms/accept")
            let refused = try submit(mira, from: page, to: action, "version=1&accepted=false&next=%2Fupload")
            #expect(refused.status == 422 && text(refused).contains("Accept the terms to continue."))
            let old = try submit(mira, from: page, to: action, "version=9&accepted=true")
            #expect(old.status == 409 && text(old).contains("The terms have changed meanwhile."))
            let done = try submit(mira, from: page, to: action, "version=1&accepted=false&accepted=true&next=%2Fupload")
            #expect(done.status == 303 && done.headers["Location"] == "/upload")
            #expect(try mira.get("/api/terms/check").json["accepted"] == true)
            #expect(text(try mira.get("/terms")).contains("Version 1, in force since"))
        }
    }

    @Test("ADM-02 a banned member appeals once")
    func appeal() throws {
        try Site.run(.inProcess) { site in
            _ = try site.makeLink("mira")
            let owner = site.database.database(as: .owner)
            let id = try #require(Members.find(username: "mira", in: owner)?.id)
            try MemberAdministration(database: owner) { _, _ in }.ban(id, reason: "Copied <twice>", by: nil)
            let mira = try site.visitor().signIn("mira")
            #expect(text(try mira.get("/settings")).contains("Copied &lt;twice&gt;"))
            #expect(try submit(mira, from: "/settings", to: "/api/user/appeal", "text=").status == 422)
            let sent = try submit(mira, from: "/settings", to: "/api/user/appeal", "text=They+differ")
            #expect(sent.status == 303 && sent.headers["Location"] == "/settings?done=appeal-sent")
            let page = text(try mira.get("/settings"))
            #expect(page.contains("You have appealed.") && !page.contains("action=\"/api/user/appeal\""))
        }
    }

    @Test("WEB-01 FILM-12 a member votes for a genre, changes the vote and removes it")
    func genreVote() throws {
        try Site.run(.inProcess) { site in
            let visitor = text(try site.visitor().get("/genre"))
            #expect(visitor.contains("href=\"/sign-in?next=/genre\"") && !visitor.contains("method=\"post\""))
            let member = try site.visitor().signIn("mira_okafor")
            for genre in ["Comedy", "Horror"] {
                let sent = try submit(member, from: "/genre", to: "/api/genre-vote", "genre=\(genre)")
                #expect(sent.status == 303 && sent.headers["Location"] == "/genre?done=genre-saved")
                let page = text(try member.get("/genre?done=genre-saved"))
                #expect(page.contains("Your genre vote is saved."))
                #expect(page.contains("value=\"\(genre)\" aria-pressed=\"true\""))
            }
            _ = try submit(member, from: "/genre", to: "/api/genre-vote", "genre=")
            #expect(!text(try member.get("/genre")).contains("aria-pressed=\"true\""))
            let bad = try submit(member, from: "/genre", to: "/api/genre-vote", "genre=Western")
            #expect(bad.status == 422 && text(bad).contains("data-form-outcome"))
        }
    }
}
