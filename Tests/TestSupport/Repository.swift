internal import FoundationEssentials

/// Where the repository and what was built of it lie.
public enum Repository {
    /// The directory of Package.swift.
    public static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    /// The directory of the built programs: the one in which the tests themselves were built.
    public static let programs: String = {
        let test = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return test.split(separator: "/").dropLast().map { "/" + $0 }.joined()
    }()
}
