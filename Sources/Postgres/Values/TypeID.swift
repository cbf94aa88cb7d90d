/// Object ids of the built-in types; they are fixed in every Postgres.
enum TypeID {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let char: UInt32 = 18
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let oid: UInt32 = 26
    static let json: UInt32 = 114
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let unknown: UInt32 = 705
    static let bpchar: UInt32 = 1042
    static let varchar: UInt32 = 1043
    static let date: UInt32 = 1082
    static let timestamp: UInt32 = 1114
    static let timestamptz: UInt32 = 1184
    static let interval: UInt32 = 1186
    static let numeric: UInt32 = 1700
    static let void: UInt32 = 2278
    static let uuid: UInt32 = 2950
    static let jsonb: UInt32 = 3802
    /// The first id that a cluster gives to types of its own, such as enumerations.
    static let firstOwn: UInt32 = 16384

    static func name(of id: UInt32) -> String {
        names[id] ?? "type \(id)"
    }

    private static let names: [UInt32: String] = [
        bool: "bool", bytea: "bytea", char: "\"char\"", name: "name", int8: "int8", int2: "int2", int4: "int4",
        text: "text", oid: "oid", json: "json", float4: "float4", float8: "float8", unknown: "unknown",
        bpchar: "char", varchar: "varchar", date: "date", timestamp: "timestamp", timestamptz: "timestamptz",
        interval: "interval", numeric: "numeric", void: "void", uuid: "uuid", jsonb: "jsonb",
        600: "point", 650: "cidr", 790: "money", 829: "macaddr", 869: "inet", 1000: "bool[]", 1001: "bytea[]",
        1005: "int2[]", 1007: "int4[]", 1009: "text[]", 1015: "varchar[]", 1016: "int8[]", 1021: "float4[]",
        1022: "float8[]", 1083: "time", 1185: "timestamptz[]", 1187: "interval[]", 1231: "numeric[]",
        1266: "timetz", 2249: "record", 2951: "uuid[]", 3807: "jsonb[]", 5069: "xid8",
    ]
}
