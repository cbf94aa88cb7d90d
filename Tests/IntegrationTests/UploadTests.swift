import Configuration
internal import Film
internal import FoundationEssentials
internal import HTTP
internal import Media
internal import Platform
internal import Postgres
internal import Queue
internal import Storage
internal import TestSupport
internal import Testing
internal import Text

@Suite("Uploads, in process and through nginx", .serialized, .requiresPostgres)
struct UploadTests {
    private static let declaration: JSONValue = [
        "fileName": "C:\\films\\take 3.mp4", "contentType": "video/mp4", "size": 3,
    ]

    private func season(_ site: Site) throws {
        _ = try Seasons(database: site.database.database(as: .jobs)).create(
            SeasonSettings(label: "Undertow"), by: nil)
    }

    private func storage(_ site: Site) -> LocalStorage { LocalStorage(root: site.settings.storage.mediaDirectory) }

    /// A member who has accepted the terms.
    private func uploader(_ name: String, on site: Site, address: String = "198.51.100.7") throws -> Visitor {
        let member = try site.visitor(address: address).signIn(name)
        try site.acceptTerms()
        return member
    }

    private func registration(
        _ upload: String, without missing: String? = nil, title: String = "Undertow, take 3"
    ) -> JSONValue {
        [
            "uploadId": .string(upload), "title": .string(title), "genre": "Sci-Fi",
            "rightsConfirmed": .bool(missing != "rightsConfirmed"),
            "consentConfirmed": .bool(missing != "consentConfirmed"),
            "licenceAccepted": .bool(missing != "licenceAccepted"), "aiGenerated": false,
        ]
    }

    private func urls(_ answer: Answer) -> [String] {
        guard case .array(let urls)? = answer.json["parts"]?["urls"] else { return [] }
        return urls.compactMap(\.text)
    }

    @Test("CLIP-01 a file goes past every process of ours in parts and becomes a clip that can be shown")
    func wholeWay() throws {
        try Site.run(.throughNginx) { site in
            try season(site)
            let member = try uploader("mira_okafor", on: site)
            // Noise, so that two seconds need several parts.
            let path = Scratch.path("mp4")
            defer { try? Files.remove(path) }
            let made = try Subprocess.run(
                "/usr/bin/ffmpeg",
                [
                    "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i",
                    "testsrc2=s=540x960:r=30:d=2,noise=alls=40:allf=t", "-c:v",
                    "libx264", "-preset", "ultrafast", "-qp", "24", "-pix_fmt", "yuv420p", path,
                ], timeout: safetyLimit)
            #expect(made.status.isSuccess)
            let size = try #require(Files.size(path))
            let plan = UploadPlan(size: size)
            #expect(plan.count > 1)
            let begun = try member.send(
                .post, "/api/upload/signed-url",
                ["fileName": "take.mp4", "contentType": "video/mp4", "size": .integer(size)])
            #expect(begun.status == 201)
            let upload = try #require(begun.json["uploadId"]?.text)
            let addresses = urls(begun)
            #expect(addresses.count == plan.count)

            for number in (1...plan.count).reversed() {
                let piece = try Files.read(
                    path, from: (number - 1) * plan.partSize, count: plan.size(of: number))
                let answer = try member.sendBytes(.put, addresses[number - 1], piece, type: "video/mp4")
                #expect(answer.status == 201 || answer.status == 204, "part \(number)")
                if number == plan.count {
                    let resumed = try member.get("/api/upload/signed-url?uploadId=\(upload)")
                    #expect(resumed.json["parts"]?["arrived"] == [.integer(number)])
                    let early = try member.send(.post, "/api/upload/register", registration(upload))
                    #expect(early.status == 422 && early.code == "upload_incomplete")
                }
            }
            let registered = try member.send(.post, "/api/upload/register", registration(upload))
            #expect(registered.status == 201)
            let clip = try #require(registered.json["clipId"]?.text)
            #expect(registered.headers["Location"] == "/clip/\(clip)")
            let again = try member.send(.post, "/api/upload/register", registration(upload))
            #expect(again.status == 200 && again.json["clipId"]?.text == clip)

            let late = try member.sendBytes(
                .put, addresses[0], try Files.read(path, count: plan.size(of: 1)), type: "video/mp4")
            #expect(late.status == 403, "a replay after registering")

            let waiting = try member.get("/api/clip/\(clip)").json
            #expect(waiting["processing"]?.text == "processing" && waiting["processingSince"] == .null)
            var registry = JobRegistry()
            ClipValidation(
                storage: storage(site), tools: MediaTools(timeLimit: safetyLimit, preset: "superfast")
            ).register(in: &registry)
            try Drainer(database: site.database.database(as: .jobs), registry: registry).run(until: .empty)
            let shown = try member.get("/api/clip/\(clip)")
            #expect(shown.json["processing"]?.text == "ready")
            #expect(shown.json["processingSince"]?.text != nil && shown.json["processingNote"] == .null)
            let percent = try #require(shown.json["processingPercent"]?.integer)
            #expect((1...100).contains(percent))
            let video = try #require(shown.json["videoUrl"]?.text)
            #expect(video.hasPrefix("/media/clips/"))
            let file = try member.get(video, headers: ["Range": "bytes=0-15"])
            #expect(file.status == 206 && Array(file.body[4..<8]) == Array("ftyp".utf8))
            #expect(file.headers.values("Cache-Control") == ["private, no-store"], "it is pending")
        }
    }

    @Test("CLIP-03 nginx writes only what was signed, and refuses the rest before it reads a body")
    func signatures() throws {
        try Site.run(.throughNginx) { site in
            try season(site)
            let member = try uploader("mira_okafor", on: site)
            let begun = try member.send(.post, "/api/upload/signed-url", Self.declaration)
            let url = try #require(urls(begun).first)
            let stranger = site.visitor(address: "203.0.113.9")
            func put(_ url: String, _ body: String = "abc", type: String? = "video/mp4", method: HTTP.Method = .put)
                throws -> Int
            {
                try stranger.sendBytes(method, url, Array(body.utf8), type: type).status
            }
            #expect(try put(url, "abcd") == 403)
            #expect(try put(url, "ab") == 403)
            #expect(try put(url, type: "text/html") == 403)
            #expect(try put(url, type: nil) == 403)
            #expect(try put(url.replacing("/1?", with: "/2?")) == 403)
            #expect(try put(url + "x") == 403)
            #expect(try put(String(url.prefix { $0 != "?" })) == 403)
            #expect(try put(url, method: .post) == 405)
            #expect(try put(url, method: .delete) == 405)
            #expect(try stranger.get(url).status == 405)
            let upload = try #require(begun.json["uploadId"]?.text.flatMap(UUID.init(uuidString:)))
            #expect(try storage(site).stagedParts(of: upload).isEmpty)
            #expect(try put(url) == 201)
            #expect(try storage(site).stagedParts(of: upload) == [1: 3])
            #expect(try put(url) == 204, "until it is registered a part may be sent again")
            // No outside client may call the internal route.
            #expect(try stranger.get("/internal/upload").status == 404)
        }
    }

    @Test("CLIP-01 what is asked for is checked field by field", arguments: Depth.allCases)
    func validation(depth: Depth) throws {
        try Site.run(depth) { site in
            let path = "/api/upload/signed-url"
            let visitor = try site.visitor(address: "203.0.113.9").ready()
            #expect(try visitor.send(.post, path, Self.declaration).status == 401)
            let member = try uploader("mira_okafor", on: site)
            #expect(try member.send(.post, path, Self.declaration).code == "no_season")
            try season(site)
            func faults(_ body: JSONValue) throws -> String {
                let answer = try member.send(.post, path, body)
                return answer.status == 422 ? answer.json["details"]?[0]?["field"]?.text ?? "?" : "\(answer.status)"
            }
            #expect(
                try faults(["fileName": "a.mp4", "contentType": "video/mp4", "size": 52_428_801]) == "size")
            #expect(try faults(["fileName": "a.avi", "contentType": "video/x-msvideo", "size": 3]) == "contentType")
            #expect(
                try faults(["fileName": "a.mp4", "contentType": "video/mp4", "size": 3, "path": "/etc"]) == "path")
        }
    }

    @Test("CLIP-01 a read can begin an upload too, for this site's own pages and for keys that may write")
    func beginByQuery() throws {
        try Site.run(.inProcess) { site in
            try season(site)
            let member = try uploader("mira_okafor", on: site)
            let path = "/api/upload/signed-url?fileName=take%203.mp4&contentType=video/mp4&size=3"
            let begun = try member.get(path)
            #expect(begun.status == 200 && urls(begun).count == 1)
            let upload = try #require(begun.json["uploadId"]?.text)
            #expect(try member.get("/api/upload/signed-url?uploadId=\(upload)").json["uploadId"]?.text == upload)
            let missing = try member.get("/api/upload/signed-url?size=3")
            #expect(missing.status == 422 && missing.json["details"]?[0]?["field"]?.text == "fileName")
            #expect(try member.get(path.replacing("size=3", with: "size=52428801")).status == 422)
            #expect(try site.visitor(address: "203.0.113.9").get(path).status == 401)
            for fetchSite in ["cross-site", "same-site", "none"] {
                #expect(try member.get(path, headers: ["Sec-Fetch-Site": fetchSite]).code == "csrf_failed")
            }
        }
    }

    @Test("CLIP-01 SEC-02 only beginning counts as an upload: resuming and what it costs are another limit")
    func resumingIsNoUpload() throws {
        try Site.run(.inProcess, settings: ["RATE_LIMITS": "upload=2,api=4,auth=1000"]) { site in
            try season(site)
            let member = try uploader("mira_okafor", on: site)
            let begun = try member.send(.post, "/api/upload/signed-url", Self.declaration)
            #expect(begun.headers["X-RateLimit-Limit"] == "2" && begun.headers["X-RateLimit-Remaining"] == "1")
            let upload = try #require(begun.json["uploadId"]?.text)
            let path = "/api/upload/signed-url"
            for left in [3, 2, 1, 0] {
                let resumed = try member.get(path + "?uploadId=\(upload)")
                #expect(resumed.status == 200 && resumed.headers["X-RateLimit-Remaining"] == "\(left)")
            }
            #expect(try member.get(path + "?uploadId=\(upload)").code == "rate_limited")
            // By a read or a change: the second upload of the minute, and no third.
            let query = "?fileName=take%203.mp4&contentType=video/mp4&size=3"
            #expect(try member.get(path + query).status == 200)
            #expect(try member.get(path + query).code == "rate_limited")
            #expect(try member.send(.post, path, Self.declaration).code == "rate_limited")
        }
    }

    @Test("CLIP-09 without rights, title or parts nothing is registered", arguments: Depth.allCases)
    func registering(depth: Depth) throws {
        try Site.run(depth) { site in
            try season(site)
            let member = try uploader("mira_okafor", on: site)
            let begun = try member.send(.post, "/api/upload/signed-url", Self.declaration)
            let upload = try #require(begun.json["uploadId"]?.text)
            let path = "/api/upload/register"
            for field in ["rightsConfirmed", "consentConfirmed", "licenceAccepted"] {
                let refused = try member.send(.post, path, registration(upload, without: field))
                #expect(refused.status == 422 && refused.json["details"]?[0]?["field"]?.text == field)
            }
            #expect(try member.send(.post, path, registration(upload, title: "  ")).status == 422)
            #expect(try member.send(.post, path, registration(upload)).code == "upload_incomplete")
            let other = try uploader("ilse_brandt", on: site, address: "198.51.100.9")
            #expect(try other.send(.post, path, registration(upload)).code == "upload_not_found")
            #expect(try other.get("/api/upload/signed-url?uploadId=\(upload)").status == 404)
            let clips: Int = try site.database.database(as: .superuser).one("select count(*) from tournament_clips")
            #expect(clips == 0)
        }
    }

    @Test("FLAG-01 with uploads switched off nothing is begun, sent or registered", arguments: Depth.allCases)
    func switchedOff(depth: Depth) throws {
        try Site.run(depth) { site in
            try season(site)
            let member = try uploader("mira_okafor", on: site)
            let begun = try member.send(.post, "/api/upload/signed-url", Self.declaration)
            let upload = try #require(begun.json["uploadId"]?.text)
            try site.database.database(as: .superuser).execute(
                "update feature_flags set enabled = false where key = 'uploads_enabled'")
            try waitUntil {
                try member.get("/api/upload/signed-url?uploadId=\(upload)").code == "feature_off"
            }
            #expect(try member.send(.post, "/api/upload/register", registration(upload)).code == "feature_off")
            if depth == .throughNginx {
                let url = try #require(urls(begun).first)
                #expect(try member.sendBytes(.put, url, [1, 2, 3], type: "video/mp4").status == 503)
            }
        }
    }
}

private enum Scratch {
    static func path(_ fileExtension: String) -> String { "/tmp/dailies-\(UUID().uuidString).\(fileExtension)" }
}
