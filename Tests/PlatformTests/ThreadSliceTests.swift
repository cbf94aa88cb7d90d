import FoundationEssentials
import Platform
import TestSupport
import Testing

@Suite("Time slices of threads")
struct ThreadSliceTests {
    /// The slice as the kernel reports it, in milliseconds.
    private func slice() throws -> Double? {
        let lines = String(decoding: try Files.read("/proc/thread-self/sched", count: 65_536), as: UTF8.self).split(
            separator: "\n")
        return lines.first { $0.hasPrefix("se.slice") }?.split(separator: ":").last
            .flatMap { Double($0.trimmingPrefix(while: \.isWhitespace)) }
    }

    @Test("a slice is short within the body and as before after it, and nothing else of the thread changes")
    func shortest() throws {
        let before = try slice()
        let within = try ThreadSlice.withShortest { () throws(any Error) -> Double? in try slice() }
        #expect(try slice() == before)
        // Kernels before 6.12 show no slice.
        if let before, let within { #expect(within < before) }
    }
}
