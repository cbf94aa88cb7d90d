import FoundationEssentials
import Money
import Testing

@Suite("Money")
struct MoneyTests {
    @Test(
        "PRICE-02 amounts have at least two decimals, and the third and fourth only when they are not zero",
        arguments: [
            ("0.5512", "$0.5512"), ("0.881", "$0.881"), ("0.35", "$0.35"), ("0.7", "$0.70"), ("6", "$6.00"),
            ("0.1", "$0.10"), ("0.12345", "$0.1235"), ("0.70004", "$0.70"), ("0", "$0.00"), ("-0.5", "-$0.50"),
            ("1317", "$1,317.00"), ("1234567.8", "$1,234,567.80"), ("0.005", "$0.005"),
        ])
    func formatting(_ text: String, _ formatted: String) throws {
        #expect(try #require(Money(text)).formatted == formatted)
    }

    @Test(
        "PRICE-02 decimal text is read exactly, half-up at the fourth decimal",
        arguments: [
            ("0.00005", 1), ("0.00004", 0), ("-0.00005", -1), ("0.12345", 1_235), ("0.123449999", 1_234),
            ("99999.9999", 999_999_999), ("00.5", 5_000), ("7", 70_000),
        ])
    func reading(_ text: String, _ tenThousandths: Int64) {
        #expect(Money(text) == Money(tenThousandths: tenThousandths))
    }

    @Test(
        "PRICE-02 what is not a decimal number is no amount",
        arguments: ["", "-", ".", ".5", "5.", "1e3", "0x1", "1,5", "٣", "1.2.3", " 1", "+1", "NaN", "9999999999"])
    func refused(_ text: String) {
        #expect(Money(text) == nil)
    }

    @Test("PRICE-02 sums of tenths are exact, and products round half-up")
    func arithmetic() throws {
        let tenth = try #require(Money("0.1"))
        #expect((0..<10).reduce(.zero) { sum, _ in sum + tenth } == Money("1"))
        #expect(tenth * 3 == Money("0.3"))
        #expect(try #require(Money("0.0001")).perSecond(for: .milliseconds(500)) == Money("0.0001"))
        #expect(try #require(Money("0.0001")).perSecond(for: .milliseconds(499)) == .zero)
        #expect(try #require(Money("0.10")).perSecond(for: .milliseconds(5_042)) == Money("0.5042"))
        #expect(try #require(Money("1")).divided(by: 3) == Money("0.3333"))
        #expect(try #require(Money("2")).divided(by: 3) == Money("0.6667"))
        #expect(try #require(Money("2")).divided(by: 0) == .zero)
        #expect(Money("5")! - Money("5.5")! == Money("-0.5"))
    }

    @Test("PRICE-02 amounts travel as decimal text, and a number in JSON is refused")
    func coding() throws {
        let amount = try #require(Money("0.5512"))
        #expect(String(decoding: try JSONEncoder().encode([amount]), as: UTF8.self) == #"["0.5512"]"#)
        #expect(try JSONDecoder().decode([Money].self, from: Data(#"["0.5512"]"#.utf8)) == [amount])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Money].self, from: Data("[0.5512]".utf8)) }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Money].self, from: Data(#"["x"]"#.utf8)) }
    }

    @Test("PRICE-03 credits round up, also when a hundredth of a hundredth is over")
    func credits() throws {
        let rate = CreditRate()
        func credits(_ cost: String, _ quality: Quality = .standard) throws -> Int {
            rate.credits(for: try #require(Money(cost)), quality: quality)
        }
        #expect(try [credits("0.10"), credits("0.1001"), credits("0"), credits("-1")] == [10, 11, 0, 0])
        #expect(try [credits("0.75", .high), credits("0.51", .high)] == [113, 77])
        #expect(CreditRate(perDollar: 1, multipliers: [.high: 125]).credits(for: Money("1")!, quality: .high) == 2)
        #expect(CreditRate(perDollar: 1, multipliers: [:]).credits(for: Money("1")!, quality: .ultra) == 1)
    }
}
