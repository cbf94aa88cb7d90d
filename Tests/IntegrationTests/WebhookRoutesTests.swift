internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("Webhooks over HTTP", .requiresPostgres)
struct WebhookRoutesTests {
    private static let path = "/api/admin/webhooks"

    @Test("RT-02 create, change, rotate, test, list and delete; the secret is in two answers and in no other")
    func lifecycle() throws {
        try Site.run(.inProcess, settings: ["SITE_URL": "https://films.example"]) { site in
            let boss = try site.visitor().signIn("boss", isAdmin: true)
            #expect(try boss.get(Self.path).json["webhooks"] == [])
            let made = try boss.send(
                .post, Self.path,
                ["name": " Press ", "url": "https://example.org/hook?x=1", "events": ["clip.approved", "slot.won"]])
            #expect(made.status == 201 && made.json["name"] == "Press" && made.json["enabled"] == true)
            let id = try #require(made.json["id"])
            let secret = try #require(made.json["secret"]?.text)
            #expect(secret.hasPrefix("whsec_"))

            let changed = try boss.send(.patch, Self.path, ["id": id, "events": ["video.done"], "enabled": false])
            #expect(
                changed.status == 200 && changed.json["events"] == ["video.done"] && changed.json["enabled"] == false)
            let rotated = try boss.send(.post, Self.path + "/secret", ["id": id])
            let other = try #require(rotated.json["secret"]?.text)
            #expect(rotated.status == 200 && other.hasPrefix("whsec_") && other != secret)
            #expect(try boss.send(.post, Self.path + "/test", ["id": id]).status == 200)

            let list = try boss.get(Self.path)
            #expect(
                list.json["webhooks"]?[0]?["waiting"] == 1
                    && list.json["webhooks"]?[0]?["formerSecretUntil"]?.text != nil)
            let sent = try boss.get(Self.path + "/deliveries?state=waiting&event=webhook.test&webhook=\(id.text ?? "")")
            let delivery = try #require(sent.json["deliveries"]?[0])
            #expect(delivery["messageId"]?.text?.hasPrefix("msg_") == true && delivery["attempts"] == [])
            #expect(try boss.get(Self.path + "/deliveries?state=failed").json["deliveries"] == [])
            for answer in [list, sent, changed] {
                let text = String(decoding: answer.body, as: UTF8.self)
                #expect(!text.contains("whsec_"))
            }
            #expect(try boss.send(.delete, Self.path, ["id": id]).status == 204)
            #expect(try boss.send(.delete, Self.path, ["id": id]).code == "webhook_not_found")
        }
    }

    @Test("RT-02 SEC-05 every refusal names what is wrong")
    func refusals() throws {
        try Site.run(.inProcess, settings: ["SITE_URL": "https://films.example"]) { site in
            let boss = try site.visitor().signIn("boss", isAdmin: true)
            func refused(_ body: JSONValue, _ field: String) throws {
                let answer = try boss.send(.post, Self.path, body)
                let found = answer.json["details"]?[0]?["field"]?.text
                #expect(answer.status == 422 && found?.hasPrefix(field) == true, "\(field): \(answer.json)")
            }
            let good: JSONValue = ["name": "a", "url": "https://example.org/", "events": ["slot.won"]]
            func with(_ name: String, _ value: JSONValue) -> JSONValue {
                guard case .object(var members) = good else { return good }
                members[name] = value
                return .object(members)
            }
            try refused(with("url", "http://example.org/"), "url")
            try refused(with("url", "https://127.0.0.1/"), "url")
            try refused(with("url", "https://user:word@example.org/"), "url")
            try refused(with("url", .string("https://example.org/" + String(repeating: "a", count: 2_000))), "url")
            try refused(with("name", ""), "name")
            try refused(with("name", .string(String(repeating: "a", count: 61))), "name")
            try refused(with("events", []), "events")
            try refused(with("events", ["votes.cast"]), "events")
            try refused(with("secret", "whsec_mine"), "secret")
            #expect(try boss.get(Self.path + "/deliveries?state=odd").status == 422)
            #expect(try boss.get(Self.path + "/deliveries?cursor=odd").status == 422)
            for body: JSONValue in [
                [:], ["delivery": .string(UUID().uuidString), "since": "2026-01-01T00:00:00.000Z"],
                ["webhook": .string(UUID().uuidString)],
            ] {
                let answer = try boss.send(.post, Self.path + "/redeliver", body)
                #expect(answer.json["details"]?[0]?["field"] == "delivery")
            }
            let unknown = try boss.send(.post, Self.path + "/redeliver", ["delivery": .string(UUID().uuidString)])
            #expect(unknown.status == 404 && unknown.code == "delivery_not_found")
            let member = try site.visitor().signIn("mira")
            for method: Method in [.post, .patch, .delete] {
                #expect(try member.send(method, Self.path, good).code == "admin_only")
            }
        }
    }
}
