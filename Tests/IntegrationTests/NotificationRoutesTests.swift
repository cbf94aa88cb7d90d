internal import Crypto
internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing
internal import Text

/// Notifications as clients, mail programs and browsers without scripts see them.
@Suite("The routes of notifications", .requiresPostgres)
struct NotificationRoutesTests {
    private func text(_ answer: Answer) -> String { String(decoding: answer.body, as: UTF8.self) }

    private func id(_ name: String, _ site: Site) throws -> UUID {
        try site.database.database(as: .superuser).one("select id from users where username = \(name)")
    }

    private func notify(_ name: String, _ key: String, _ site: Site, facts: String = "{}") throws {
        try site.database.database(as: .jobs).execute(
            "select notify_member(\(try id(name, site)), 'comment', \(key), \(JSONText(facts)))")
    }

    /// The count of the answer about the session, once the host has received the announcement of a change.
    private func unread(_ who: Visitor, is count: Int, _ site: Site) throws -> Bool {
        let end = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < end {
            if try who.get("/api/auth/session").json["user"]?["unread"] == .integer(count) { return true }
        }
        return false
    }

    @Test(
        "NOTE-01 SEC-05 notifications are listed, counted and read, each wrong input is named, and no one reads another's"
    )
    func list() throws {
        try Site.run(.inProcess) { site in
            let mira = try site.visitor().signIn("mira")
            let nova = try site.visitor(address: "198.51.100.8").signIn("nova")
            #expect(text(try mira.get("/notifications")).contains("No notifications yet"))
            for number in 1...3 {
                try notify(
                    "mira", "\(number)", site, facts: #"{"title": "Fog <\#(number)>", "text": "T", "path": "/clip/1"}"#)
            }
            #expect(try unread(mira, is: 3, site))
            let list = try mira.get("/api/notifications?limit=2")
            let first = try #require(list.json["notifications"]?[0])
            #expect(list.json["unread"] == 3 && list.json["nextCursor"]?.text != nil)
            #expect(first["title"] == "Someone commented on “Fog <3>”" && first["path"] == "/clip/1")
            #expect(first["kind"] == "comment" && first["isRead"] == false && first["username"] == .null)
            let page = text(try mira.get("/notifications"))
            #expect(page.contains("Fog &lt;3&gt;") && page.contains("Today") && page.contains("3 unread."))
            let ids = JSONValue.array([first["id"] ?? .null])
            #expect(try nova.send(.post, "/api/notifications", ["ids": ids]).json == ["unread": 0])
            #expect(try mira.send(.post, "/api/notifications", ["ids": ids]).json == ["unread": 2])
            #expect(
                try mira.get("/api/notifications?unread=true").json["notifications"]?[0]?["title"] != first["title"])
            #expect(try mira.get("/api/notifications?unread=maybe").status == 422)
            #expect(try mira.get("/api/notifications?cursor=x").status == 422)
            #expect(text(try mira.get("/notifications?cursor=x")).contains("Today"))
            for body in [[:], ["ids": []], ["ids": [0]], ["until": "x"], ["ids": [1], "all": true]] as [JSONValue] {
                #expect(try mira.send(.post, "/api/notifications", body).status == 422, "\(body)")
            }
            // The button of the page, without scripts.
            let token = try #require(page.firstMatch(of: /name="csrfToken" value="([A-Za-z0-9_-]{54})"/)?.1)
            let until = try #require(page.firstMatch(of: /name="until" value="(\d+)"/)?.1)
            let read = try mira.sendBytes(
                .post, "/api/notifications", Array("csrfToken=\(token)&until=\(until)".utf8),
                type: "application/x-www-form-urlencoded")
            #expect(read.status == 303 && read.headers["Location"] == "/notifications?done=notifications-read")
            #expect(
                text(try mira.get("/notifications?done=notifications-read")).contains("Everything is marked as read."))
            #expect(try site.visitor(address: "198.51.100.9").get("/api/notifications").status == 401)
        }
    }

    @Test("NOTE-01 a page of a member without news asks the database for nothing, and news ends that at once")
    func noQuery() throws {
        try Site.run(.inProcess) { site in
            let root = site.database.database(as: .superuser)
            let mira = try site.visitor().signIn("mira")
            #expect(try mira.get("/api/auth/session").json["user"]?["unread"] == 0)
            // From now on counting would fail, and the number would be missing.
            try root.execute("revoke execute on function count_unread(uuid) from dailies_web")
            for _ in 1...20 { #expect(try mira.get("/api/auth/session").json["user"]?["unread"] == 0) }
            // Another member's news changes nothing.
            _ = try site.visitor(address: "198.51.100.8").signIn("nova")
            try notify("nova", "n", site)
            try notify("mira", "m", site)
            let end = ContinuousClock.now + .seconds(300)
            while try mira.get("/api/auth/session").json["user"]?["unread"] == 0, ContinuousClock.now < end {}
            #expect(try mira.get("/api/auth/session").json["user"]?["unread"] == .null)
            try root.execute("grant execute on function count_unread(uuid) to dailies_web")
            #expect(try unread(mira, is: 1, site))
        }
    }

    @Test(
        "NOTE-02 SEC-05 preferences are lists that replace each other, by JSON and by a plain form; browsers are checked"
    )
    func preferences() throws {
        try Site.run(.inProcess, settings: ["MAIL_URL": "smtp://127.0.0.1:1", "MAIL_FROM": "film@example.org"]) {
            site in
            let mira = try site.visitor().signIn("mira")
            let path = "/api/notifications/preferences"
            let start = try mira.get(path).json
            #expect(start["kinds"]?[0] == ["kind": "clip_approved", "inApp": true, "push": false, "email": false])
            #expect(start["digest"] == "off" && start["address"] == .null && start["browsers"] == [])
            let changed = try mira.send(.patch, path, ["push": ["comment", "system"], "inApp": []])
            let kinds = { (answer: Answer, way: String) -> [String] in
                guard case .array(let kinds)? = answer.json["kinds"] else { return [] }
                return kinds.filter { $0[way] == true }.compactMap { $0["kind"]?.text }
            }
            #expect(kinds(changed, "push") == ["comment", "system"] && kinds(changed, "inApp") == [])
            for body in [["push": ["x"]], ["digest": "hourly"], ["other": true], ["digest": "daily"]] as [JSONValue] {
                #expect(try mira.send(.patch, path, body).status == 422, "\(body)")
            }
            try site.database.database(as: .superuser).execute(
                "update users set email = 'mira@example.org' where username = 'mira'")
            #expect(try mira.send(.patch, path, ["digest": "weekly", "winners": false]).json["digest"] == "weekly")
            // As a browser without scripts posts it: all boxes of a column off, some of another on.
            let page = text(try mira.get("/settings"))
            #expect(page.contains("id=\"notifications\"") && page.contains("mira@example.org"))
            let token = try #require(page.firstMatch(of: /name="csrfToken" value="([A-Za-z0-9_-]{54})"/)?.1)
            let saved = try mira.sendBytes(
                .post, path,
                Array(
                    "csrfToken=\(token)&inApp=none&inApp=follower&push=none&email=none&digest=off&comparisons=false"
                        .utf8),
                type: "application/x-www-form-urlencoded")
            #expect(saved.status == 303 && saved.headers["Location"] == "/settings?done=saved")
            let after = try mira.get(path)
            #expect(kinds(after, "inApp") == ["follower"] && kinds(after, "push") == [])
            #expect(after.json["digest"] == "off" && after.json["comparisons"] == false)
        }
    }

    @Test("NOTE-02 SEC-05 a browser subscribes with a key of the curve at a known service, and ends with the session")
    func subscriptions() throws {
        try Site.run(.inProcess) { site in
            let mira = try site.visitor().signIn("mira")
            let key = try #require(try mira.get("/api/notifications/key").json["key"]?.text)
            #expect(P256PublicKey(Text.bytes(base64url: key) ?? []) != nil)
            let path = "/api/notifications/subscribe"
            let good: JSONValue = [
                "endpoint": "https://fcm.googleapis.com/x", "expirationTime": .null,
                "keys": ["p256dh": .string(key), "auth": "BTBZMqHH6r4Tts7J_aSIgg"],
            ]
            #expect(try mira.send(.post, path, good).status == 201)
            #expect(try mira.send(.post, path, good).status == 201)
            for (endpoint, p256dh, auth, code) in [
                ("https://127.0.0.1/x", key, "BTBZMqHH6r4Tts7J_aSIgg", "push_service_unknown"),
                ("http://fcm.googleapis.com/x", key, "BTBZMqHH6r4Tts7J_aSIgg", "push_service_unknown"),
                ("https://fcm.googleapis.com/y", "AAAA", "BTBZMqHH6r4Tts7J_aSIgg", "push_key_invalid"),
                ("https://fcm.googleapis.com/y", key, "AAAA", "push_secret_invalid"),
            ] {
                let refused = try mira.send(
                    .post, path,
                    ["endpoint": .string(endpoint), "keys": ["p256dh": .string(p256dh), "auth": .string(auth)]])
                #expect(
                    refused.status == 422 && refused.json["details"]?[0]?["code"] == .string(code), "\(refused.json)")
            }
            let long = "https://fcm.googleapis.com/" + String(repeating: "x", count: 1_000)
            #expect(
                try mira.send(.post, path, ["endpoint": .string(long), "keys": ["p256dh": .string(key), "auth": "A"]])
                    .status == 422)
            let browsers = try mira.get("/api/notifications/preferences").json["browsers"]
            #expect(browsers?[0]?["endpoint"] == "https://fcm.googleapis.com/x" && browsers?[1] == nil)
            #expect(try mira.send(.post, "/api/notifications/unsubscribe", [:]).status == 422)
            let nova = try site.visitor(address: "198.51.100.8").signIn("nova")
            #expect(
                try nova.send(.post, "/api/notifications/unsubscribe", ["endpoint": "https://fcm.googleapis.com/x"])
                    .status
                    == 200)
            #expect(try mira.get("/api/notifications/preferences").json["browsers"]?[0] != nil)
            #expect(try mira.send(.post, "/api/auth/signout").status == 204)
            #expect(
                try site.database.database(as: .superuser).one(
                    "select count(*)::int from push_subscriptions", as: Int.self)
                    == 0)
        }
    }

    @Test("NOTE-03 opening the link of a digest changes nothing; posting to it ends digests without a sign-in")
    func unsubscribe() throws {
        try Site.run(.inProcess) { site in
            let mira = try site.visitor().signIn("mira")
            let root = site.database.database(as: .superuser)
            try root.execute("update users set email = 'mira@example.org' where username = 'mira'")
            #expect(
                try mira.send(.patch, "/api/notifications/preferences", ["digest": "daily"]).json["digest"] == "daily")
            let token = site.digestToken(of: try id("mira", site))
            let scanner = site.visitor(address: "198.51.100.8")
            let page = text(try scanner.get("/unsubscribe/\(token)"))
            #expect(page.contains("method=\"post\" action=\"/unsubscribe/\(token)\"") && page.contains("noindex"))
            #expect(try mira.get("/api/notifications/preferences").json["digest"] == "daily")
            let other = (token.hasPrefix("x") ? "y" : "x") + token.dropFirst()
            let wrong = try scanner.sendBytes(
                .post, "/unsubscribe/\(other)", [], type: "application/x-www-form-urlencoded")
            #expect(wrong.status == 404 && text(wrong).contains("This link is incomplete"))
            // As a mail program posts it, without cookies.
            let ended = try scanner.sendBytes(
                .post, "/unsubscribe/\(token)", Array("List-Unsubscribe=One-Click".utf8),
                type: "application/x-www-form-urlencoded", headers: ["Sec-Fetch-Site": "cross-site"])
            #expect(ended.status == 200 && text(ended).contains("Digest stopped"))
            #expect(try mira.get("/api/notifications/preferences").json["digest"] == "off")
        }
    }
}
