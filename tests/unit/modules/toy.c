/* A module of the tests. */
int sheaf_toy_answer(void);
int sheaf_toy_answer(void)
{
    return 42;
}
