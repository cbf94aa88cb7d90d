import Catalog
import FoundationEssentials
import Money
import Postgres
import Refusals
import TestSupport
import Testing

@Suite("The catalog", .requiresPostgres)
struct CatalogTests {
    @Test("CAT-06 every model of the documents is there, with its price, and one of them is the default")
    func seeded() throws {
        try CatalogStage.run { stage in
            let models = try stage.catalog.all()
            #expect(models.count == 34)
            #expect(models.filter(\.isDefault).map(\.modelID) == ["luma/ray-flash-2-540p"])
            #expect(models.filter { !$0.isActive }.map(\.slug).sorted() == ["lucy-5b", "splice"])
            #expect(models.filter(\.isPremium).map(\.modelID) == ["google/veo-3"])
            let unpriced = models.filter { $0.pricing == nil && $0.costPerSecond == nil }.map(\.slug).sorted()
            #expect(unpriced == ["luma-ray-3", "pika-2.5"], "those are entered by hand")
            let published = models.filter { $0.pricing?.isEstimated == false }.map(\.slug).sorted()
            #expect(
                published == [
                    "hailuo-2.3-pro", "kling-2.5-turbo-standard", "local", "ray-2-720p", "ray-flash-2-540p",
                    "runway-gen4-turbo", "sora-2-pro", "veo-3", "veo-3.1-fast",
                ])
            let counts = Dictionary(grouping: models.filter { $0.provider.name == "fal.ai" }, by: { $0.pricing?.name })
                .mapValues(\.count)
            #expect(counts[.base] == 3 && counts[.tiers] == 3 && counts[.flat] == 8)
            // What runs shows the estimate and the sound that the model makes unless told otherwise.
            #expect(try stage.model("veo-3.1-fast").expectedCost(seconds: .seconds(8))?.amount == Money("1.20"))
            #expect(try stage.model("sora-2-pro").expectedCost(seconds: .seconds(4))?.amount == Money("1.20"))
            #expect(
                try stage.model("wan-2.5-preview").expectedCost(seconds: .seconds(5), shortSide: 480)?.amount
                    == Money("0.25"))
        }
    }

    @Test("CAT-03 queries find active models, the default, premium ones, and those of a provider or a maker")
    func queries() throws {
        try CatalogStage.run { stage in
            let catalog = stage.catalog
            let active = try catalog.active()
            #expect(active.count == 32)
            #expect(try catalog.standard()?.slug == "ray-flash-2-540p")
            #expect(try catalog.premium().map(\.slug) == ["veo-3"])
            #expect(
                try catalog.by(providerOrMaker: "GOOGLE").map(\.slug).sorted() == [
                    "veo-3", "veo-3.1", "veo-3.1-fast", "veo-3.1-reference",
                ])
            #expect(try catalog.by(providerOrMaker: "replicate").count == 3)
            #expect(try catalog.by(providerOrMaker: "nothing").isEmpty)
            #expect(try catalog.all(category: .experimental).map(\.slug).sorted() == ["lucy-5b", "splice"])
            #expect(try catalog.find(named: "google/veo-3")?.slug == "veo-3")
            #expect(try catalog.find(named: "veo-3")?.modelID == "google/veo-3")
            #expect(try catalog.find(named: "no-such-model") == nil)
            #expect(try catalog.capabilities().map(\.models) == [30, 6])
            #expect(
                try catalog.providers().map(\.provider.name) == [
                    "fal.ai", "local", "replicate", "runpod", "runway", "worker", "manual",
                ])
        }
    }

    @Test("CAT-03 each reason why a run is not possible is named")
    func validation() throws {
        try CatalogStage.run { stage in
            let catalog = stage.catalog
            func reason(_ slug: String, _ milliseconds: Int, _ quality: String = "standard") throws -> String? {
                catalog.validate(
                    try catalog.find(slug: slug), duration: .milliseconds(milliseconds), quality: quality)?.sentence
            }
            let none = try reason("ray-2-720p", 5_000, "ultra")
            #expect(none == nil)
            #expect(try reason("no-such-model", 5_000) == "There is no such model, or it is inactive.")
            #expect(try reason("splice", 5_000) == "There is no such model, or it is inactive.")
            #expect(
                try reason("ray-2-720p", 6_000) == "A duration of 6 s is not supported. Choose 5 s or 9 s.")
            #expect(try reason("mochi", 8_501) == "A duration of 8.501 s is longer than the maximum of 8.5 s.")
            #expect(try reason("mochi", 1_292) == nil)
            #expect(try reason("mochi", 0) == "A duration of 0 s is not possible.")
            #expect(
                try reason("veo-3", 5_000) == "A duration of 5 s is not possible. This model makes videos of 8 s only.")
            #expect(
                try reason("veo-3.1", 8_000, "ultra") == "The quality ultra is not supported. Choose standard.")
            #expect(try reason("ray-2-720p", 5_000, "best") != nil)
            #expect(try reason("luma-ray-3", 5_000) == "This model has no price, so it cannot run.")
        }
    }

    @Test("CAT-06 CAT-01 a model says why it cannot be used: the missing setting, by hand, or premium")
    func availability() throws {
        try CatalogStage.run { stage in
            func reason(_ slug: String, _ settings: Set<String>, premium: Bool = false) throws -> ModelRefusal? {
                let catalog = Catalog(database: stage.web, credentials: ProviderCredentials(settings: settings))
                return catalog.availability(of: try stage.model(slug), hasPremium: premium)
            }
            #expect(
                try reason("veo-3.1", [])
                    == .unavailable(reason: "fal.ai is not set up here: the setting FAL_KEY is missing."))
            #expect(try reason("veo-3.1", ["FAL_KEY"]) == nil)
            #expect(try reason("local", []) == nil)
            #expect(
                try reason("luma-ray-3", ["FAL_KEY"]) == .unavailable(reason: "Videos of this model are added by hand.")
            )
            #expect(try reason("veo-3", ["REPLICATE_API_TOKEN"]) == .locked)
            #expect(try reason("veo-3", ["REPLICATE_API_TOKEN"], premium: true) == nil)
            #expect(try reason("splice", ["FAL_KEY"]) == .notFoundOrInactive)

            let mira = try stage.member("mira")
            #expect(try !stage.catalog.hasPremiumGrant(mira))
            try stage.catalog.setPremium(true, for: mira, reason: "A juror", by: stage.admin)
            try stage.catalog.setPremium(true, for: mira, reason: "Again", by: stage.admin)
            #expect(try stage.catalog.hasPremiumGrant(mira))
            try stage.catalog.setPremium(false, for: mira, reason: "No juror", by: stage.admin)
            #expect(try !stage.catalog.hasPremiumGrant(mira))
            let entries: Int = try stage.superuser.one(
                "select count(*)::int from audit_log where action in ('member.grant_premium', 'member.revoke_premium')")
            #expect(entries == 2)
        }
    }

    @Test("CAT-02 the default moves whole, and is never inactive, deprecated or missing")
    func standard() throws {
        try CatalogStage.run { stage in
            let catalog = stage.catalog
            let old = try stage.model("ray-flash-2-540p").id
            let new = try stage.model("local").id
            try concurrently(6) { index in
                try catalog.makeDefault(index.isMultiple(of: 2) ? old : new, by: stage.admin)
            }
            #expect(try stage.superuser.one("select count(*)::int from models where is_default") == 1)
            try catalog.makeDefault(new, by: stage.admin)
            #expect(try catalog.standard()?.slug == "local")
            #expect(throws: CatalogError.refused(.defaultRequired)) { try catalog.retire(new, by: stage.admin) }
            #expect(throws: CatalogError.refused(.defaultRequired)) {
                try catalog.change(new, to: JSONText(#"{"isActive": false}"#), by: stage.admin)
            }
            #expect(throws: CatalogError.refused(.defaultRequired)) { try catalog.delete(new, by: stage.admin) }
            #expect(throws: CatalogError.refused(.defaultUnavailable)) {
                try catalog.makeDefault(try stage.model("splice").id, by: stage.admin)
            }
            for statement: SQL in [
                "update models set is_default = true where slug = 'veo-3'",
                "update models set is_active = false where is_default",
            ] {
                let error = #expect(throws: DatabaseError.self) { try stage.superuser.execute(statement) }
                #expect(["23505", "23514"].contains(error?.sqlstate))
            }
        }
    }

    @Test("OPS-05 CAT-02 an operator names the first default by slug or id, as older systems wrote it")
    func firstDefault() throws {
        try CatalogStage.run { stage in
            let catalog = Catalog(
                database: stage.test.database(as: .jobs), credentials: ProviderCredentials(settings: []))
            let names = [
                ("lucy14b", "lucy-14b"), ("Lucy-14B", "lucy-14b"), ("luma/ray-2-720p", "ray-2-720p"),
                ("local", "local"),
                // What is not offered, and a provider, change nothing.
                ("splice", "local"), ("fal", "local"), ("", "local"),
            ]
            for (name, slug) in names {
                let isFound = try catalog.makeDefault(named: name)
                #expect(try catalog.standard()?.slug == slug, "\(name)")
                #expect(isFound == !["splice", "fal", ""].contains(name), "\(name)")
            }
        }
    }

    @Test("CAT-04 statistics count each finished run once, however many finish at once", .safetyLimit)
    func statistics() throws {
        try CatalogStage.run { stage in
            let model = try stage.model("local").id
            let jobs = stage.jobs
            @Sendable func finish(_ succeeded: Bool, _ seconds: Int, _ cost: Money? = nil) throws {
                try jobs.transaction { connection in
                    try connection.execute(
                        """
                        select record_model_run(
                            \(model), \(succeeded), \(seconds * 1_000)::bigint, \(cost?.description)::numeric
                        )
                        """)
                }
            }
            try concurrently(3) { _ in try finish(true, 20, Money("0.10")) }
            try finish(true, 40, Money("0.25"))
            var statistics = try stage.model("local").statistics
            #expect(statistics.total == 4 && statistics.meanGenerationTime == .seconds(25))
            #expect(statistics.successBasisPoints == 10_000 && statistics.meanCost == Money("0.1375"))
            try finish(false, 500)
            statistics = try stage.model("local").statistics
            #expect(statistics.total == 5 && statistics.meanGenerationTime == .seconds(25))
            #expect(statistics.successBasisPoints == 8_000 && statistics.costed == 4)
            #expect(throws: CatalogError.refused(.hasVideos)) { try stage.catalog.delete(model, by: stage.admin) }
        }
    }

    @Test("CAT-05 CAT-07 a change counts at once and is audited; a retired model stays, a deleted one is gone")
    func changes() throws {
        try CatalogStage.run { stage in
            let catalog = stage.catalog
            let facts = #"{"slug":"nova-1","modelId":"acme/nova","name":"Nova","maker":"Acme","provider":"fal.ai"}"#
            let id = try catalog.create(JSONText(facts), by: stage.admin)
            let created = try #require(try catalog.find(id))
            #expect(!created.isActive && created.qualities == [.standard] && created.pricing == nil)
            try catalog.change(
                id,
                to: JSONText(
                    """
                    {"isActive": true, "durations": [5, 10], "maxDuration": 9.5, "category": "budget", "timeoutSeconds": 90,
                    "capabilities": ["text-to-video"], "parameters": {"type": "object"},
                    "pricing": {"structure": "flat", "flat": "0.30", "isEstimated": true}}
                    """), by: stage.admin)
            let changed = try stage.model("nova-1")
            #expect(changed.isActive && changed.durations == [5, 10] && changed.maxDuration == .milliseconds(9_500))
            #expect(changed.timeout == .seconds(90))
            #expect(changed.pricing?.structure == .flat(try #require(Money("0.3"))) && changed.category == .budget)
            try catalog.change(id, to: JSONText(#"{"category": null, "pricing": null}"#), by: stage.admin)
            #expect(try stage.model("nova-1").pricing == nil)
            try catalog.change(id, to: JSONText(#"{"category": null}"#), by: stage.admin)
            let entries = try stage.audited("model.change")
            #expect(entries.count == 2 && entries[1].hasPrefix(#"{"pricing": {"flat": "0.30""#))
            try catalog.retire(id, by: stage.admin)
            let retired = try stage.model("nova-1")
            #expect(!retired.isActive && retired.isDeprecated && retired.deprecatedAt != nil)
            try catalog.delete(id, by: stage.admin)
            #expect(try catalog.find(id) == nil)
            #expect(try stage.audited("model.create").count == 1)
            #expect(try stage.audited("model.delete").count == 1)
        }
    }

    @Test("CAT-05 facts that a model cannot have are refused, each with its field, and change nothing")
    func refusals() throws {
        try CatalogStage.run { stage in
            let catalog = stage.catalog
            let id = try stage.model("veo-3").id
            let before = try stage.model("veo-3")
            let refused: [(String, String)] = [
                (#"{"slug": "veo-3.1"}"#, "slug_taken"), (#"{"modelId": "lucy14b"}"#, "model_id_taken"),
                (#"{"provider": "acme"}"#, "provider_not_found"), (#"{"slug": "stats"}"#, "invalid_model"),
                (#"{"slug": "a/b"}"#, "invalid_model"), (#"{"qualities": []}"#, "invalid_model"),
                (#"{"capabilities": ["telepathy"]}"#, "invalid_model"), (#"{"durations": [0]}"#, "invalid_model"),
                (#"{"fixedDuration": "soon"}"#, "invalid_model"), (#"{"isDefault": true}"#, "invalid_model"),
                (#"{"completedRuns": 9}"#, "invalid_model"), (#"{"timeoutSeconds": 9}"#, "invalid_model"),
                (#"{"name": null}"#, "invalid_model"),
            ]
            for (facts, code) in refused {
                let error = #expect(throws: CatalogError.self, "\(facts)") {
                    try catalog.change(id, to: JSONText(facts), by: stage.admin)
                }
                #expect(error?.refusal?.code == code, "\(facts)")
            }
            #expect(try stage.model("veo-3") == before)
            let mira = try stage.member("mira")
            #expect(throws: DatabaseError.self) {
                try unwrappingCause { try catalog.retire(id, by: mira) }
            }
            #expect(throws: CatalogError.refused(.notFound)) { try catalog.retire(UUID(), by: stage.admin) }
        }
    }

    /// JSON that is no price.
    private static let notPrices = [
        #"{"structure":"flat","flat":0.5,"isEstimated":false}"#, #"{"structure":"flat","flat":"0.5"}"#,
        #"{"structure":"flat","flat":"0.12345","isEstimated":false}"#,
        #"{"structure":"flat","flat":"-1","isEstimated":false}"#,
        #"{"structure":"flat","flat":"1","isEstimated":false,"perSecond":"1"}"#,
        #"{"structure":"perSecond","perSecond":"1","perSecondWithAudio":null,"isEstimated":false}"#,
        #"{"structure":"base","base":"1","baseSeconds":0,"extraSecond":"1","isEstimated":false}"#,
        #"{"structure":"base","base":"1","baseSeconds":5,"isEstimated":false}"#,
        #"{"structure":"tiers","tiers":[],"isEstimated":false}"#,
        #"{"structure":"tiers","tiers":[1],"isEstimated":false}"#, #"{"structure":"tiers","isEstimated":false}"#,
        #"{"structure":"tiers","tiers":[{"shortSide":720,"price":"1","unit":"frame"}],"isEstimated":false}"#,
        """
        {"structure":"tiers","tiers":[{"shortSide":720,"price":"1","unit":"flat"},
        {"shortSide":720,"price":"2","unit":"flat"}],"isEstimated":false}
        """,
        #"{"structure":"barter","isEstimated":false}"#, "[]", #""flat""#, "7",
    ]

    @Test("PRICE-01 the database keeps no price that has none of the four structures")
    func prices() throws {
        try CatalogStage.run { stage in
            let local = try stage.model("local").id
            for pricing in Self.notPrices {
                let error = #expect(throws: CatalogError.self, "\(pricing)") {
                    try stage.catalog.change(local, to: JSONText("{\"pricing\": \(pricing)}"), by: stage.admin)
                }
                #expect(error?.refusal?.kind == .invalid(field: "pricing"), "\(pricing)")
            }
        }
    }

    @Test("PRICE-01 without a price that is valid, the price per second counts, and the cost is estimated")
    func fallback() throws {
        try CatalogStage.run { stage in
            let id = try stage.model("veo-3").id
            try stage.catalog.change(id, to: JSONText(#"{"pricing": null}"#), by: stage.admin)
            let cost = try #require(
                try stage.model("veo-3").cost(seconds: .seconds(8), width: 720, height: 1_280, hasAudio: true))
            #expect(cost.amount == Money("6") && cost.isEstimated && cost.warnings == [.fallback])
        }
    }

    @Test("CAT-10 a pack shows what it changes, applies it whole, and makes no model active")
    func packs() throws {
        try CatalogStage.run { stage in
            let catalog = stage.catalog
            let whole = try catalog.exportPack()
            #expect(try catalog.compare(whole).allSatisfy { $0.kind == .same })
            #expect(!whole.text.contains("isActive"))

            let pack = JSONText(
                """
                {"format": "dailies-catalog", "version": 1, "models": [
                    {"slug": "local", "modelId": "local", "name": "Local renderer", "maker": "Dailies",
                    "provider": "local", "description": "Draws.", "presets": [
                        {"name": "Sea", "prompt": "A calm sea", "negativePrompt": "", "parameters": {}}
                    ]},
                    {"slug": "nova-1", "modelId": "nova-1", "name": "Nova", "maker": "Acme", "provider": "fal.ai",
                    "costPerSecond": "0.0500", "isActive": true}
                ]}
                """)
            let changes = try catalog.compare(pack)
            #expect(changes.map(\.kind) == [.changed, .new])
            #expect(changes[0].before?.text.contains("Draws moving pictures") == true)
            #expect(changes[0].after?.text.contains(#""description": "Draws.""#) == true)
            #expect(try catalog.find(slug: "nova-1") == nil, "a comparison changes nothing")

            for origin in [PackOrigin.unsigned, .forged, .unknownKey("AAAA")] {
                #expect(throws: CatalogError.refused(.untrustedPack(origin))) {
                    try catalog.apply(pack, from: origin, by: stage.admin)
                }
            }
            #expect(try catalog.find(slug: "nova-1") == nil, "no one has accepted it")
            #expect(try catalog.apply(pack, from: .unsigned, isAccepted: true, by: stage.admin) == changes)
            let audited: [String] = try stage.superuser.query(
                "select reason || ' ' || (after ->> 'models') from audit_log where action = 'catalog.import'")
            #expect(
                audited == [PackOrigin.unsigned.sentence + #" ["local", "nova-1"]"#])
            #expect(try stage.model("nova-1").isActive == false)
            #expect(try stage.model("local").isActive && stage.model("local").description == "Draws.")
            #expect(try catalog.presets(of: stage.model("local").id).map(\.prompt) == ["A calm sea"])
            let known = JSONText(pack.text.replacing(#", "isActive": true"#, with: ""))
            #expect(try catalog.compare(known).allSatisfy { $0.kind == .same })
            #expect(try catalog.apply(known, from: .trusted("acme"), by: stage.admin).allSatisfy { $0.kind == .same })
            #expect(try stage.audited("model.save_preset").count == 1)

            let broken = JSONText(
                """
                {"models": [{"slug": "local", "description": "Changed again"},
                {"slug": "nova-2", "modelId": "nova-2", "name": "Nova 2", "maker": "Acme", "provider": "nowhere"}]}
                """)
            #expect(throws: CatalogError.refused(.providerNotFound)) {
                try catalog.apply(broken, from: .trusted("acme"), by: stage.admin)
            }
            #expect(try stage.model("local").description == "Draws.", "whole or not at all")
        }
    }

    @Test("CAT-10 a pack is from the owner of a trusted key, of an unknown one, of none, or was changed")
    func packOrigins() throws {
        let (ours, theirs) = ([UInt8](0..<32), [UInt8](repeating: 7, count: 32))
        let signer = PackKeys(seed: ours)
        let key = try #require(signer.publicKey)
        #expect(key == "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=")
        let trusting = PackKeys(trusted: ["acme": Array(try #require(Data(base64Encoded: key)))])
        let pack = Array(#"{"models":[]}"#.utf8)
        let signature = try #require(signer.sign(pack))
        #expect(trusting.origin(of: pack, signature) == .trusted("acme"))
        #expect(PackKeys().origin(of: pack, signature) == .unknownKey(key))
        #expect(trusting.origin(of: pack, nil) == .unsigned)
        #expect(trusting.origin(of: pack + [0x20], signature) == .forged)
        let stranger = try #require(PackKeys(seed: theirs).sign(pack))
        #expect(trusting.origin(of: pack, stranger) == .unknownKey(stranger.key))
        // The trusted key beside a stranger's signature, and what is no signature at all.
        for value in [stranger.value, "", "AAAA", "?"] {
            #expect(trusting.origin(of: pack, PackKeys.Signature(key: key, value: value)) == .forged, "\(value)")
        }
        #expect(trusting.origin(of: pack, PackKeys.Signature(key: "", value: signature.value)) == .forged)
        #expect(PackKeys().sign(pack) == nil && PackKeys(seed: [1, 2]).sign(pack) == nil)
    }
}
