import Catalog
import FoundationEssentials
import Money
import Testing

/// A row of the table of worked examples.
struct PriceExample: Sendable, CustomTestStringConvertible {
    let model: String
    let pricing: Pricing
    let milliseconds: Int
    var requested: Int?
    var width: Int? = 720
    var height: Int? = 1_280
    var hasAudio = false
    let cost: String
    let credits: [Int]

    var testDescription: String { "\(model) \(milliseconds) ms → \(cost)" }

    static func money(_ text: String) -> Money { Money(text) ?? .zero }

    static let veoFast = Pricing(.perSecond(money("0.10"), withAudio: money("0.15")))
    static let kling = Pricing(.base(money("0.21"), seconds: 5, extraSecond: money("0.042")))
    static let hailuo = Pricing(.flat(money("0.49")))
    static let sora = Pricing(
        .tiers([
            .init(shortSide: 1_080, price: money("0.50"), unit: .perSecond),
            .init(shortSide: 720, price: money("0.30"), unit: .perSecond),
        ]))
    static let runway = Pricing(.perSecond(money("0.05"), withAudio: nil))
    static let veo = Pricing(.perSecond(money("0.75"), withAudio: nil))
    static let ray = Pricing(.perSecond(money("0.18"), withAudio: nil))
    static let flash = Pricing(.perSecond(money("0.12"), withAudio: nil))

    static let all = [
        PriceExample(
            model: "Veo 3.1 Fast", pricing: veoFast, milliseconds: 8_000, cost: "0.80", credits: [80, 120, 160]),
        PriceExample(
            model: "Veo 3.1 Fast with sound", pricing: veoFast, milliseconds: 8_000, hasAudio: true, cost: "1.20",
            credits: [120, 180, 240]),
        PriceExample(
            model: "Veo 3.1 Fast with sound", pricing: veoFast, milliseconds: 5_000, hasAudio: true, cost: "0.75",
            credits: [75, 113, 150]),
        PriceExample(
            model: "Veo 3.1 Fast", pricing: veoFast, milliseconds: 5_042, cost: "0.5042", credits: [51, 76, 101]),
        PriceExample(
            model: "Veo 3.1 Fast, five seconds asked for", pricing: veoFast, milliseconds: 5_042, requested: 5_000,
            cost: "0.50", credits: [50, 75, 100]),
        PriceExample(model: "Kling", pricing: kling, milliseconds: 4_000, cost: "0.21", credits: [21, 32, 42]),
        PriceExample(model: "Kling", pricing: kling, milliseconds: 5_000, cost: "0.21", credits: [21, 32, 42]),
        PriceExample(model: "Kling", pricing: kling, milliseconds: 8_000, cost: "0.336", credits: [34, 51, 68]),
        PriceExample(model: "Kling", pricing: kling, milliseconds: 10_000, cost: "0.42", credits: [42, 63, 84]),
        PriceExample(model: "Kling", pricing: kling, milliseconds: 5_042, cost: "0.252", credits: [26, 38, 51]),
        PriceExample(
            model: "Kling, five seconds asked for", pricing: kling, milliseconds: 5_042, requested: 5_000,
            cost: "0.21", credits: [21, 32, 42]),
        PriceExample(model: "Hailuo", pricing: hailuo, milliseconds: 1_000, cost: "0.49", credits: [49, 74, 98]),
        PriceExample(model: "Hailuo", pricing: hailuo, milliseconds: 60_000, cost: "0.49", credits: [49, 74, 98]),
        PriceExample(
            model: "Sora 720p", pricing: sora, milliseconds: 8_000, width: 1_280, height: 720, cost: "2.40",
            credits: [240, 360, 480]),
        PriceExample(
            model: "Sora 1080p", pricing: sora, milliseconds: 8_000, width: 1_080, height: 1_920, cost: "4.00",
            credits: [400, 600, 800]),
        PriceExample(
            model: "Sora 1024", pricing: sora, milliseconds: 8_000, width: 1_792, height: 1_024, cost: "4.00",
            credits: [400, 600, 800]),
        PriceExample(
            model: "Sora 720p", pricing: sora, milliseconds: 4_000, cost: "1.20", credits: [120, 180, 240]),
        PriceExample(model: "Runway", pricing: runway, milliseconds: 5_000, cost: "0.25", credits: [25, 38, 50]),
        PriceExample(model: "Runway", pricing: runway, milliseconds: 10_000, cost: "0.50", credits: [50, 75, 100]),
        PriceExample(model: "Veo 3", pricing: veo, milliseconds: 8_000, cost: "6.00", credits: [600, 900, 1_200]),
        PriceExample(model: "Ray 2", pricing: ray, milliseconds: 5_000, cost: "0.90", credits: [90, 135, 180]),
        PriceExample(model: "Ray 2", pricing: ray, milliseconds: 9_000, cost: "1.62", credits: [162, 243, 324]),
        PriceExample(model: "Ray Flash 2", pricing: flash, milliseconds: 5_000, cost: "0.60", credits: [60, 90, 120]),
        PriceExample(
            model: "Ray Flash 2", pricing: flash, milliseconds: 9_000, cost: "1.08", credits: [108, 162, 216]),
    ]
}

@Suite("Pricing")
struct PricingTests {
    @Test(
        "PRICE-01 PRICE-03 each worked example costs what it must, in dollars and in credits",
        arguments: PriceExample.all)
    func examples(_ example: PriceExample) {
        let cost = example.pricing.cost(
            seconds: .milliseconds(example.milliseconds), requested: example.requested.map { .milliseconds($0) },
            width: example.width, height: example.height, hasAudio: example.hasAudio)
        #expect(cost.amount == PriceExample.money(example.cost))
        #expect(cost.terms.reduce(.zero) { $0 + $1.amount } == cost.amount)
        #expect(!cost.isEstimated && cost.warnings == [])
        #expect(Quality.allCases.map { CreditRate().credits(for: cost.amount, quality: $0) } == example.credits)
    }

    @Test("PRICE-01 the requested seconds are billed when the file is within a quarter of a second of them")
    func billedTime() {
        func billed(_ file: Int, _ requested: Int?) -> Duration {
            Pricing.billed(.milliseconds(file), requested: requested.map { .milliseconds($0) })
        }
        #expect(billed(5_250, 5_000) == .seconds(5))
        #expect(billed(4_750, 5_000) == .seconds(5))
        #expect(billed(5_251, 5_000) == .milliseconds(5_251))
        #expect(billed(4_749, 5_000) == .milliseconds(4_749))
        #expect(billed(5_042, nil) == .milliseconds(5_042))
    }

    @Test("PRICE-01 a video above the highest tier, or of unknown size, costs the highest and is estimated")
    func tiers() {
        let above = PriceExample.sora.cost(seconds: .seconds(8), width: 2_160, height: 3_840, hasAudio: false)
        #expect(above.amount == Money("4") && above.isEstimated && above.warnings == [.aboveHighestTier])
        let unknown = PriceExample.sora.cost(seconds: .seconds(8), width: nil, height: 720, hasAudio: false)
        #expect(unknown.amount == Money("4") && unknown.isEstimated && unknown.warnings == [.noSize])
        let flat = Pricing(
            .tiers([
                .init(shortSide: 720, price: PriceExample.money("0.20"), unit: .flat),
                .init(shortSide: 1_080, price: PriceExample.money("0.45"), unit: .flat),
            ]), isEstimated: true)
        let cost = flat.cost(seconds: .seconds(10), width: 720, height: 1_280, hasAudio: true)
        #expect(cost.amount == Money("0.20") && cost.isEstimated && cost.warnings == [])
    }

    @Test("PRICE-01 sound has its own price only where the structure has one")
    func sound() {
        #expect(
            PriceExample.runway.cost(seconds: .seconds(5), width: nil, height: nil, hasAudio: true).amount
                == Money("0.25"))
    }

    @Test("PRICE-01 the breakdown names each term, and comes back from JSON as it was")
    func breakdown() throws {
        let cost = PriceExample.kling.cost(seconds: .seconds(8), width: nil, height: nil, hasAudio: false)
        #expect(cost.terms.map(\.label) == ["first 5 seconds", "further seconds"])
        #expect(cost.terms.map(\.quantity) == ["1", "3"])
        #expect(cost.terms.map(\.amount) == [Money("0.21"), Money("0.126")])
        #expect(cost.billedMilliseconds == 8_000)
        #expect(try JSONDecoder().decode(Cost.self, from: JSONEncoder().encode(cost)) == cost)
    }

    @Test(
        "PRICE-01 a structure comes back from JSON as it was",
        arguments: [
            PriceExample.veoFast, PriceExample.kling, PriceExample.hailuo, PriceExample.sora, PriceExample.runway,
        ])
    func coding(_ pricing: Pricing) throws {
        #expect(try JSONDecoder().decode(Pricing.self, from: JSONEncoder().encode(pricing)) == pricing)
    }
}
