internal import FoundationEssentials
internal import HTTP
internal import Postgres
internal import TestSupport
internal import Testing

@Suite("The routes of models, prices and credits", .requiresPostgres)
struct CatalogRoutesTests {
    private func slugs(_ answer: Answer) -> [String?] {
        guard case .array(let models)? = answer.json["models"] else { return [nil] }
        return models.map { $0["slug"]?.text }
    }

    @Test(
        "CAT-03 CAT-06 everyone reads the models, with prices, credits and why one is not available",
        arguments: Depth.allCases)
    func reading(depth: Depth) throws {
        try Site.run(depth, settings: ["REPLICATE_API_TOKEN": "r8_a-token-of-a-test"]) { site in
            let visitor = site.visitor()
            let all = try visitor.get("/api/models")
            #expect(all.status == 200 && slugs(all).count == 32)
            #expect(all.headers["Cache-Control"]?.contains("s-maxage=30") == true)
            #expect(try slugs(visitor.get("/api/models/premium")) == ["veo-3"])
            #expect(try slugs(visitor.get("/api/models/by-provider/Google")).count == 4)
            #expect(try slugs(visitor.get("/api/models/by-provider/fal.ai")).count == 22)
            #expect(try visitor.get("/api/models/default").json["modelId"] == "luma/ray-flash-2-540p")
            #expect(try slugs(visitor.get("/api/models/stats")).count == 32)

            let flash = try visitor.get("/api/models/ray-flash-2-540p").json
            #expect(flash["isAvailable"] == true && flash["unavailableReason"] == .null)
            #expect(flash["costUsd"] == "0.6" && flash["credits"] == ["standard": 60, "high": 90, "ultra": 120])
            #expect(flash["pricing"] == ["structure": "perSecond", "perSecond": "0.12", "isEstimated": false])
            #expect(flash["supportedDurations"] == [5, 9] && flash["successRate"] == .null)
            let veo = try visitor.get("/api/models/veo-3.1-fast").json
            #expect(veo["isAvailable"] == false)
            #expect(veo["unavailableReason"] == "fal.ai is not set up here: the setting FAL_KEY is missing.")
            #expect(try visitor.get("/api/models/no-such-model").status == 404)
            #expect(try visitor.get("/models/veo-3.1-fast").status == 200)
            #expect(try visitor.get("/models/no-such-model").status == 404)
            let page = String(decoding: try visitor.get("/models").body, as: UTF8.self)
            #expect(page.contains("$0.60") && page.contains("60 credits") && !page.contains("r8_a-token-of-a-test"))
        }
    }

    @Test("CAT-03 PRICE-03 a run is judged and priced before it is made")
    func pricing() throws {
        try AdminSite.run { it in
            func valid(_ query: String) throws -> JSONValue {
                try it.ask(it.visitor, .get, "/api/models/\(query)").json
            }
            #expect(
                try valid("ray-2-720p/validate?duration=5&quality=high")
                    == ["valid": true, "reason": .null, "code": .null])
            let refused = try valid("veo-3/validate?duration=5")
            #expect(refused["valid"] == false && refused["code"] == "duration_fixed")
            #expect(try valid("nothing/validate?duration=5")["code"] == "model_not_found")
            for query in ["duration=", "duration=-5", "duration=x", "quality=high", "duration=5.5555"] {
                #expect(try it.ask(it.visitor, .get, "/api/models/veo-3/validate?\(query)").status == 422, "\(query)")
            }
            func cost(_ query: String) throws -> JSONValue {
                try it.ask(it.visitor, .get, "/api/pricing/credit-cost?\(query)").json
            }
            let ultra = try cost("modelId=google/veo-3&quality=ultra")
            #expect(ultra["credits"] == 1_200 && ultra["costUsd"] == "6" && ultra["duration"] == 8)
            let kling = try cost("modelId=kling-2.5-turbo-standard&duration=10&quality=standard")
            #expect(kling["credits"] == 42 && kling["breakdown"]?[1]?["quantity"] == "5")
            #expect(try cost("modelId=veo-3.1-fast&duration=8&audio=false")["credits"] == 80)
            #expect(try cost("modelId=veo-3.1-fast&duration=8")["credits"] == 120)
            #expect(try cost("modelId=sora-2-pro&duration=8&resolution=1080")["credits"] == 400)
            #expect(try cost("modelId=pika-2.5&duration=5")["code"] == "price_missing")
            #expect(try cost("modelId=google/veo-3&quality=best")["code"] != nil)
            #expect(try cost("modelId=sora-2&duration=7")["details"]?[0]?["field"] == "duration")
        }
    }

    @Test("CAT-02 CAT-05 CAT-07 CAT-08 admins add, change, make default, retire and delete models, and others do not")
    func administration() throws {
        try AdminSite.run { it in
            let nova: JSONValue = ["slug": "nova-1", "name": "Nova", "maker": "Acme", "provider": "local"]
            for (who, status) in [(it.visitor, 401), (it.member, 403)] {
                #expect(try who.get("/api/admin/models").status == status)
                #expect(try who.send(.post, "/api/admin/models", nova).status == status)
            }
            let made = try it.ask(it.admin, .post, "/api/admin/models", nova)
            #expect(made.status == 201 && made.headers["Location"] == "/api/models/nova-1")
            #expect(made.json["isActive"] == false && made.json["modelId"] == "nova-1")
            let path = "/api/admin/models/\(made.json["id"]?.text ?? "")"
            let twice = try it.ask(it.admin, .post, "/api/admin/models", nova)
            #expect(twice.status == 409 && twice.code == "slug_taken")

            let price: JSONValue = [
                "structure": "tiers", "isEstimated": false,
                "tiers": [
                    ["shortSide": 720, "price": "0.3", "unit": "perSecond"],
                    ["shortSide": 1_080, "price": "0.5", "unit": "flat"],
                ],
            ]
            let changed = try it.ask(
                it.admin, .patch, path, ["isActive": true, "pricing": price, "durations": [4, 8], "maxDuration": 8.5])
            #expect(changed.status == 200 && changed.json["pricing"] == price && changed.json["maxDuration"] == 8.5)
            // The change counts for the next request.
            #expect(try it.visitor.get("/api/models/nova-1").json["costUsd"] == "0.5")

            let chosen = try it.ask(it.admin, .patch, path, ["isDefault": true])
            #expect(chosen.json["isDefault"] == true)
            #expect(try it.visitor.get("/api/models/default").json["slug"] == "nova-1")
            for body: JSONValue in [["isActive": false], ["isDefault": false], ["isDeprecated": true]] {
                let refused = try it.ask(it.admin, .patch, path, body)
                #expect(refused.status == 409 && refused.code == "default_required", "\(body)")
            }
            #expect(try it.ask(it.admin, .delete, path).status == 409)
            #expect(try it.ask(it.admin, .delete, path + "?hard=true").status == 409)
            guard case .array(let models)? = try it.ask(it.admin, .get, "/api/admin/models?search=flash").json["models"]
            else { throw SiteFault("no models") }
            let flash = models.first { $0["slug"] == "ray-flash-2-540p" }?["id"]?.text ?? ""
            #expect(try it.ask(it.admin, .patch, "/api/admin/models/\(flash)", ["isDefault": true]).status == 200)
            #expect(try it.ask(it.admin, .delete, path).status == 200)
            let retired = try it.visitor.get("/api/models/nova-1").json
            #expect(retired["isActive"] == false && retired["isDeprecated"] == true)
            #expect(try it.ask(it.admin, .delete, path + "?hard=true").status == 200)
            #expect(try it.visitor.get("/api/models/nova-1").status == 404)
            #expect(try it.ask(it.admin, .delete, path).status == 404)
            #expect(try slugs(it.ask(it.admin, .get, "/api/admin/models?category=experimental")).count == 2)
        }
    }

    @Test("CAT-08 what is wrong with a model or its price is refused with the field")
    func refusals() throws {
        try AdminSite.run { it in
            let local = try it.visitor.get("/api/models/local").json["id"]?.text ?? ""
            let bodies: [(JSONValue, String)] = [
                (["slug": "a/b"], "slug"), (["slug": "stats"], "slug"), (["name": ""], "name"),
                (["durations": [0]], "durations[0]"), (["qualities": .array([])], "qualities"),
                (["provider": "acme"], "provider"), (["costPerSecond": "1e3"], "costPerSecond"),
                (["costPerSecond": 0.05], "costPerSecond"), (["secret": true], "secret"),
                (["pricing": ["structure": "flat", "flat": "-1", "isEstimated": true]], "pricing"),
                (["pricing": ["structure": "flat", "isEstimated": true]], "pricing"),
                (["pricing": ["structure": "tiers", "isEstimated": true, "tiers": .array([])]], "pricing"),
                (["parameters": "none"], "parameters"), (["capabilities": ["telepathy"]], "capabilities[0]"),
            ]
            for (body, field) in bodies {
                let answer = try it.ask(it.admin, .patch, "/api/admin/models/\(local)", body)
                #expect(answer.status == 422, "\(body): \(answer.status)")
                #expect(answer.json["details"]?[0]?["field"]?.text?.hasPrefix(field) == true, "\(body): \(answer.json)")
            }
            #expect(try it.ask(it.admin, .patch, "/api/admin/models/\(UUID())", ["name": "X"]).status == 404)
            #expect(try it.ask(it.admin, .post, "/api/admin/models", ["slug": "x"]).status == 422)
        }
    }

    @Test("CAT-10 a pack is shown before it is applied, and comes out as it went in")
    func packs() throws {
        try AdminSite.run { it in
            let export = try it.ask(it.admin, .get, "/api/admin/catalog/export")
            #expect(export.headers["Content-Disposition"] == "attachment; filename=\"catalog.json\"")
            let same = try it.ask(it.admin, .post, "/api/admin/catalog/import", export.json)
            guard case .array(let unchanged)? = same.json["models"] else { throw SiteFault("no models: \(same.json)") }
            #expect(unchanged.count == 34 && unchanged.allSatisfy { $0["change"] == "same" })

            let pack: JSONValue = [
                "format": "dailies-catalog", "version": 1,
                "models": [
                    [
                        "slug": "nova-1", "name": "Nova", "maker": "Acme", "provider": "fal.ai", "category": .null,
                        "pricing": ["structure": "flat", "flat": "0.3", "isEstimated": true],
                        "presets": [["name": "Sea", "prompt": "A calm sea"]],
                    ],
                    ["slug": "local", "name": "Our renderer", "maker": "Dailies", "provider": "local"],
                ],
            ]
            let shown = try it.ask(it.admin, .post, "/api/admin/catalog/import", pack)
            #expect(shown.json["applied"] == false && shown.json["models"]?[0]?["change"] == "new")
            #expect(shown.json["models"]?[1]?["before"] == ["name": "Local renderer"])
            #expect(shown.json["models"]?[1]?["after"] == ["name": "Our renderer"])
            #expect(try it.visitor.get("/api/models/nova-1").status == 404)

            #expect(shown.json["origin"] == "unsigned")
            let refused = try it.ask(it.admin, .post, "/api/admin/catalog/import?apply=true", pack)
            #expect(refused.status == 409 && refused.json["code"] == "untrusted_pack")
            #expect(try it.visitor.get("/api/models/nova-1").status == 404)
            let applied = try it.ask(it.admin, .post, "/api/admin/catalog/import?apply=true&untrusted=true", pack)
            #expect(applied.json["applied"] == true)
            let nova = try it.visitor.get("/api/models/nova-1").json
            #expect(nova["isActive"] == false && nova["presets"]?[0]?["name"] == "Sea")
            #expect(try it.visitor.get("/api/models/local").json["isActive"] == true)
            let again = try it.ask(it.admin, .get, "/api/admin/catalog/export?slugs=nova-1")
            #expect(again.json["models"]?[0]?["name"] == "Nova" && again.json["models"]?[1] == nil)
            for broken: JSONValue in [
                ["format": "other", "version": 1, "models": [["slug": "x"]]],
                ["format": "dailies-catalog", "version": 2, "models": .array([])],
                ["format": "dailies-catalog", "version": 1, "models": [["slug": "x", "isActive": true]]],
            ] {
                #expect(try it.ask(it.admin, .post, "/api/admin/catalog/import", broken).status == 422)
            }
            #expect(try it.member.send(.post, "/api/admin/catalog/import", pack).status == 403)
        }
    }

    @Test(
        "CAT-10 a site signs its packs; one that trusts the key applies them, and one that was changed is called forged"
    )
    func signedPacks() throws {
        let keys = [
            "CATALOG_SIGNING_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "CATALOG_TRUSTED_KEYS": "acme = A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=",
        ]
        try Site.run(.inProcess, settings: keys) { site in
            let admin = try site.visitor().signIn("ida", isAdmin: true)
            let export = try admin.get("/api/admin/catalog/export?slugs=local")
            #expect(export.json["signature"]?["key"] == "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=")
            func origin(_ pack: JSONValue) throws -> JSONValue? {
                try admin.send(.post, "/api/admin/catalog/import", pack).json["origin"]
            }
            #expect(try origin(export.json) == "trusted")
            guard case .object(var members) = export.json else { throw SiteFault("no pack") }
            members["exportedAt"] = "2026-01-01T00:00:00.000Z"
            #expect(try origin(.object(members)) == "forged")
            let applied = try admin.send(.post, "/api/admin/catalog/import?apply=true", export.json)
            #expect(applied.status == 200 && applied.json["applied"] == true)
            let forged = try admin.send(.post, "/api/admin/catalog/import?apply=true", .object(members))
            #expect(forged.status == 409 && forged.json["code"] == "untrusted_pack")
            members["signature"] = nil
            #expect(try origin(.object(members)) == "unsigned")
        }
    }

    @Test("CAT-06 CAT-08 admins see which providers lack a key, and never the key", arguments: Depth.allCases)
    func providers(depth: Depth) throws {
        try Site.run(depth, settings: ["FAL_API_KEY": "a-key-of-a-test"]) { site in
            let admin = try site.visitor().signIn("ida", isAdmin: true)
            let answer = try admin.get("/api/admin/providers")
            guard case .array(let providers)? = answer.json["providers"] else { throw SiteFault("no providers") }
            let available = providers.filter { $0["isAvailable"] == true }.compactMap { $0["name"]?.text }
            #expect(available == ["fal.ai", "local"])
            #expect(!String(decoding: answer.body, as: UTF8.self).contains("a-key-of-a-test"))
            #expect(try admin.get("/api/admin/capabilities").json["capabilities"]?[0]?["name"] == "image-to-video")
            #expect(try site.visitor().get("/api/models/veo-3.1").json["isAvailable"] == true)
        }
    }

    @Test("PRICE-05 CAT-01 members see their credits and where they came from; admins grant them with a reason")
    func credits() throws {
        try AdminSite.run { it in
            #expect(try it.visitor.get("/api/credits").status == 401)
            let first = try it.ask(it.member, .get, "/api/credits").json
            #expect(
                first["balance"] == 1_000 && first["monthly"] == 1_000 && first["entries"]?[0]?["kind"] == "allotment")
            let path = "/api/admin/users/\(it.memberID)/credits"
            let granted = try it.ask(it.admin, .post, path, ["amount": 250, "reason": "A prize"])
            #expect(granted.json == ["success": true, "balance": 1_250])
            let own = try it.ask(it.member, .get, "/api/credits?limit=1").json
            #expect(own["granted"] == 250 && own["entries"]?[0]?["reason"] == "A prize")
            #expect(own["nextCursor"]?.text != nil)
            #expect(try it.ask(it.stranger, .get, "/api/credits").json["balance"] == 1_000)
            for body: JSONValue in [
                ["amount": 0, "reason": "x"], ["amount": 1], ["amount": 1, "reason": ""],
                ["amount": "1", "reason": "x"],
                ["amount": 1.5, "reason": "x"], ["amount": 10_000_000, "reason": "x"],
            ] {
                #expect(try it.ask(it.admin, .post, path, body).status == 422, "\(body)")
            }
            let much = try it.ask(it.admin, .post, path, ["amount": -1_251, "reason": "x"])
            #expect(much.status == 403 && much.code == "limit_credits")
            #expect(try it.member.send(.post, path, ["amount": 1, "reason": "x"]).status == 403)
            let page = String(decoding: try it.member.get("/settings").body, as: UTF8.self)
            #expect(page.contains("1,250") && page.contains("From an admin: A prize"))

            let premium = "/api/admin/users/\(it.memberID)/premium"
            #expect(try it.ask(it.admin, .post, premium, ["granted": true, "reason": "A juror"]).status == 200)
            #expect(try it.ask(it.admin, .post, premium, ["granted": true]).status == 422)
        }
    }
}
