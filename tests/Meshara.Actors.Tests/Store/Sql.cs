using System.Data.Common;

namespace Meshara.Actors.Tests.Store;

/// <summary>What a test does to a database behind the store's back.</summary>
internal static class Sql
{
    /// <param name="sql">A constant of the test's.</param>
    public static void Execute(DbConnection open, string sql)
    {
        using var command = open.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
