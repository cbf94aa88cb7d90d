import Foundation
import Testing

@testable import Providers

/// What is sent to each provider, and where results may come from.
struct MappingTests {
    private static func request(_ endpoint: String) -> ProviderRequest {
        ProviderRequest(
            endpoint: endpoint, prompt: "fog", negativePrompt: "text", image: "data:image/jpeg;base64,AAAA",
            milliseconds: 5_000, aspectRatio: "9:16", seed: 7, parameters: ["cfg_scale": 1])
    }

    @Test("GEN-03 fal.ai gets each model's own spelling at the top level")
    func fal() {
        let kling = FalProvider.input(Self.request("fal-ai/kling-video/v2.5-turbo/pro/image-to-video"))
        #expect(kling["duration"] == "5" && kling["prompt"] == "fog" && kling["image_url"] != nil)
        #expect(kling["aspect_ratio"] == nil && kling["seed"] == nil && kling["cfg_scale"] == 1)
        let veo = FalProvider.input(Self.request("fal-ai/veo3.1/image-to-video"))
        #expect(veo["duration"] == "5s" && veo["aspect_ratio"] == "9:16" && veo["seed"] == 7)
        #expect(FalProvider.input(Self.request("fal-ai/sora-2/image-to-video"))["duration"] == 5)
        let lucy = FalProvider.input(Self.request("decart/lucy-14b/image-to-video"))
        #expect(lucy["sync_mode"] == false && lucy["duration"] == nil)
    }

    @Test("GEN-03 Runway, RunPod and Replicate get their own names")
    func others() {
        let runway = RunwayProvider.input(Self.request("gen4_turbo"))
        #expect(runway["ratio"] == "720:1280" && runway["duration"] == 5 && runway["model"] == "gen4_turbo")
        #expect(runway["promptImage"] == "data:image/jpeg;base64,AAAA" && runway["promptText"] == "fog")
        let mochi = RunPodProvider.input(Self.request("mochi"))
        #expect(mochi["positive_prompt"] == "fog" && mochi["negative_prompt"] == "text" && mochi["num_frames"] == 120)
        let ray = ReplicateProvider.input(Self.request("luma/ray-flash-2-540p"))
        #expect(ray["start_image"] != nil && ray["duration"] == 5 && ray["resolution"] == nil && ray["seed"] == nil)
        let veo = ReplicateProvider.input(Self.request("google/veo-3"))
        #expect(veo["image"] != nil && veo["resolution"] == "720p" && veo["seed"] == 7)
    }

    @Test("SEC-05 results come from https hosts of their provider only, and from loopback only with a provider there")
    func sources() {
        let fal = FalProvider(key: "k", baseURL: "https://queue.fal.run").results
        #expect(fal.allows("https://v3.fal.media/files/a.mp4") && fal.allows("https://fal.media/a"))
        for url in [
            "http://v3.fal.media/a", "https://fal.media.evil.example/a", "https://evilfal.media/a",
            "https://fal.media@evil/a",
            "https://evil/?https://fal.media", "file:///etc/passwd", "https://127.0.0.1/a", "", "https://",
            "https://fal.media/ a",
            "https://evil.example\\@fal.media/a",
        ] {
            #expect(!fal.allows(url), "\(url)")
        }
        let near = FalProvider(key: "k", baseURL: "http://127.0.0.1:8123/fal").results
        #expect(near.allows("http://127.0.0.1:8123/files/a.mp4"))
        #expect(!near.allows("http://127.0.0.1:8124/files/a.mp4") && !near.allows("http://127.0.0.1:81230/a"))
    }

    @Test("SEC-05 a public name that leads to a private address is not connected to")
    func addresses() throws {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("fetch-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: place) }
        // `localhost` is in the list of hosts as a public name would be, and leads to this machine.
        let source = ResultSource(hosts: ["localhost"], baseURL: "https://api.example.org")
        #expect(throws: (any Error).self) {
            try ResultFetch().fetch("https://localhost:9/a.mp4", from: source, to: place)
        }
        #expect(throws: ResultFetch.Fault.foreignAddress) {
            try ResultFetch().fetch("http://localhost:9/a.mp4", from: source, to: place)
        }
    }

    @Test("GEN-03 the address without a queue is understood as the queue")
    func falHost() {
        #expect(
            FalProvider(key: "k", baseURL: "https://fal.run").results
                == FalProvider(key: "k", baseURL: "https://queue.fal.run").results)
    }

    @Test("GEN-02 a row without the address of a service is no provider")
    func broken() {
        #expect(HTTPProvider(name: "x", mapping: "{}", key: nil) == nil)
        #expect(HTTPProvider(name: "x", mapping: "not JSON", key: nil) == nil)
    }

    @Test("PRICE-02 numbers of JSON keep their decimal digits")
    func numbers() {
        let value = JSON(Array(#"{"a":[0.1,2,{"b":"c"}],"d":null,"e":true}"#.utf8))
        #expect(value?.at("a.0")?.number == Decimal(string: "0.1") && value?.at("a.1")?.integer == 2)
        #expect(value?.at("a.2.b")?.string == "c" && value?.at("a.9") == nil && value?.at("d") == .null)
        #expect(value?.text == #"{"a":[0.1,2,{"b":"c"}],"d":null,"e":true}"#)
    }
}
